import type { FieldValues, Path, UseFormReturn } from 'react-hook-form';
import type { FieldKind } from '../messages/fields.ts';
import { describedBy, FieldFrame, inputClass } from './field-frame.tsx';
import { codeOf, fieldSentence } from './sentences.ts';

type TextFieldProps<Input extends FieldValues, Output> = {
  form: UseFormReturn<Input, unknown, Output>;
  name: Path<Input>;
  id: string;
  kind: Exclude<FieldKind, 'password'>;
  label: string;
  autoComplete: string;
  /** What an empty entry is sent as; the contracts know "absent" and null, never an empty name. */
  whenEmpty?: undefined | null | '';
};

/** One line of text or an e-mail address. Blanks around it are a slip of the finger or of the clipboard, never meant. */
export const TextField = <Input extends FieldValues, Output>(props: TextFieldProps<Input, Output>) => {
  const { form, name, id, kind, label, autoComplete } = props;
  const code = codeOf(form.formState.errors, name);
  const error = code !== undefined ? fieldSentence(kind, code, form.getValues(name)) : undefined;
  const whenEmpty = 'whenEmpty' in props ? props.whenEmpty : '';
  const setValueAs = (value: unknown): unknown => {
    const trimmed = typeof value === 'string' ? value.trim() : '';
    return trimmed === '' ? whenEmpty : trimmed;
  };
  return (
    <FieldFrame id={id} label={label} error={error}>
      <input
        {...form.register(name, { setValueAs })}
        id={id}
        type={kind === 'email' ? 'email' : 'text'}
        inputMode={kind === 'email' ? 'email' : 'text'}
        autoComplete={autoComplete}
        autoCapitalize={kind === 'email' ? 'none' : 'words'}
        spellCheck={false}
        className={inputClass}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(id, false, error !== undefined)}
      />
    </FieldFrame>
  );
};
