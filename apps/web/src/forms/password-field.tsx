import { type KeyboardEvent, type ReactNode, useState } from 'react';
import type { FieldValues, Path, UseFormReturn } from 'react-hook-form';
import { Icon } from '../components/icons.tsx';
import { fieldsWords } from '../messages/fields.ts';
import { describedBy, FieldFrame, inputClass } from './field-frame.tsx';
import { codeOf, fieldSentence } from './sentences.ts';
import { useWords } from '../language/language.ts';

export type PasswordFieldProps<Input extends FieldValues, Output> = {
  form: UseFormReturn<Input, unknown, Output>;
  name: Path<Input>;
  id: string;
  label: string;
  autoComplete: 'current-password' | 'new-password';
  /** Masks the field again whenever it changes: a submitted password is not left on the screen. */
  submissions: number;
  aside?: ReactNode;
  hint?: string;
};

export const PasswordField = <Input extends FieldValues, Output>(
  props: PasswordFieldProps<Input, Output>,
) => {
  const fields = useWords(fieldsWords);
  const { form, name, id, label, autoComplete, submissions, aside, hint } = props;
  const [shownAt, setShownAt] = useState<number | null>(null);
  const [capsLock, setCapsLock] = useState(false);
  const shown = shownAt === submissions;
  const code = codeOf(form.formState.errors, name);
  const value = form.watch(name);
  const error = code !== undefined ? fieldSentence('password', code, value) : undefined;
  const noticeCapsLock = (event: KeyboardEvent): void =>
    setCapsLock(event.getModifierState?.('CapsLock') ?? false);
  const described = hint !== undefined || capsLock;
  return (
    <FieldFrame
      id={id}
      label={label}
      error={error}
      aside={aside}
      hint={
        described && (
          <>
            {hint && <p>{hint}</p>}
            {capsLock && <p>{fields.capsLock}</p>}
          </>
        )
      }
    >
      <div className="relative">
        <input
          {...form.register(name)}
          id={id}
          type={shown ? 'text' : 'password'}
          autoComplete={autoComplete}
          autoCapitalize="none"
          spellCheck={false}
          className={`${inputClass} pe-12`}
          onKeyUp={noticeCapsLock}
          onKeyDown={noticeCapsLock}
          aria-invalid={error ? true : undefined}
          aria-describedby={describedBy(id, described, error !== undefined)}
        />
        <button
          type="button"
          className="absolute inset-y-0 end-0 flex w-11 items-center justify-center rounded-control text-muted hover:text-ink"
          aria-pressed={shown}
          aria-controls={id}
          aria-label={fields.showPassword}
          title={shown ? fields.hidePassword : fields.showPassword}
          onClick={() => setShownAt(shown ? null : submissions)}
        >
          <Icon name={shown ? 'eyeOff' : 'eye'} className="size-5" />
        </button>
      </div>
    </FieldFrame>
  );
};
