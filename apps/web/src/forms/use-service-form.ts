import { useRef, useState } from 'react';
import {
  type DefaultValues,
  type FieldValues,
  type Path,
  type UseFormReturn,
  useForm,
} from 'react-hook-form';
import type * as z from 'zod/mini';
import { type Failure, toFailure } from '../auth/failure.ts';
import { contractResolver } from './contract-resolver.ts';
import { rememberWait, waitLeft } from './waits.ts';
import { markTitleAsError } from '../components/page-title.ts';

/** A wait of unknown length, in milliseconds: the service limits without saying for how long. */
export const UNKNOWN_WAIT_MS = 30_000;

type ServiceFormOptions<Input extends FieldValues, Output> = {
  /** Stable across releases: password managers remember forms by it. */
  id: string;
  /** The contract that the service checks the same input with. */
  schema: z.ZodMiniType<Output, Input>;
  defaultValues: DefaultValues<Input>;
  submit: (values: Output) => Promise<void>;
  /** The field that `rules` of a refused password belong to. */
  newPasswordField?: Path<Input>;
  /** The field to clear and focus when a credential was wrong, and the code to show under it, if any. */
  wrongPassword?: { field: Path<Input>; code?: string };
  /** Takes a failure over entirely (true) or leaves it to the form (false). */
  onFailure?: (failure: Failure) => boolean;
};

export type ServiceForm<Input extends FieldValues, Output> = {
  id: string;
  form: UseFormReturn<Input, unknown, Output>;
  onSubmit: (event: React.FormEvent<HTMLFormElement>) => void;
  pending: boolean;
  failure: Failure | null;
  clearFailure: () => void;
  /** Counts submissions, so that password fields can mask themselves again. */
  submissions: number;
};

/** Puts what the service said under the fields it is about; true when every part of it found its place. */
const placeUnderFields = <Input extends FieldValues, Output>(
  failure: Failure,
  form: UseFormReturn<Input, unknown, Output>,
  options: ServiceFormOptions<Input, Output>,
): boolean => {
  if (failure.reason === 'password_rejected' && options.newPasswordField && failure.rules?.length) {
    form.setError(
      options.newPasswordField,
      { type: 'rules', message: failure.rules.join(' ') },
      { shouldFocus: true },
    );
    return true;
  }
  if (failure.reason === 'credentials_invalid' && options.wrongPassword) {
    const { field, code } = options.wrongPassword;
    form.resetField(field);
    if (code) form.setError(field, { type: 'service', message: code }, { shouldFocus: true });
    else form.setFocus(field);
    return code !== undefined;
  }
  if (failure.reason !== 'input_invalid' || !failure.fields) return false;
  const names = Object.keys(form.getValues());
  const known = Object.entries(failure.fields).filter(([path]) => names.includes(path));
  for (const [index, [path, code]] of known.entries()) {
    form.setError(path as Path<Input>, { type: 'service', message: code }, { shouldFocus: index === 0 });
  }
  return known.length > 0;
};

const rememberedWait = (formId: string): Failure | null => {
  const retryAfterMs = waitLeft(formId);
  return retryAfterMs > 0 ? { reason: 'rate_limited', retryAfterMs } : null;
};

/**
 * A form whose input is a contract of the service: checked here first with the same schema, submitted once at a time,
 * and refused with a sentence under the right field or, failing that, above the button.
 */
export const useServiceForm = <Input extends FieldValues, Output>(
  options: ServiceFormOptions<Input, Output>,
): ServiceForm<Input, Output> => {
  const form = useForm<Input, unknown, Output>({
    resolver: contractResolver(options.schema),
    defaultValues: options.defaultValues,
    mode: 'onSubmit',
    reValidateMode: 'onChange',
  });
  const [failure, setFailure] = useState<Failure | null>(() => rememberedWait(options.id));
  const [pending, setPending] = useState(false);
  const [submissions, setSubmissions] = useState(0);
  const busy = useRef(false);

  const send = async (values: Output): Promise<void> => {
    setPending(true);
    setFailure(null);
    try {
      await options.submit(values);
    } catch (error) {
      const failed = toFailure(error);
      if (options.onFailure?.(failed)) return;
      markTitleAsError();
      if (failed.reason === 'rate_limited') rememberWait(options.id, failed.retryAfterMs ?? UNKNOWN_WAIT_MS);
      if (!placeUnderFields(failed, form, options)) setFailure(failed);
    } finally {
      setPending(false);
    }
  };

  const onSubmit = (event: React.FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    // A second click or Enter while the first is under way changes nothing.
    if (busy.current) return;
    busy.current = true;
    setSubmissions((count) => count + 1);
    void form
      .handleSubmit(send, () => markTitleAsError())(event)
      .finally(() => {
        busy.current = false;
      });
  };

  return {
    id: options.id,
    form,
    onSubmit,
    pending,
    failure,
    clearFailure: () => setFailure(null),
    submissions,
  };
};
