import { PASSWORD_MIN_LENGTH } from '@portcullis/contracts/password';
import { Eye, EyeOff } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useState } from 'react';
import type { FieldValues, Path, UseFormReturn } from 'react-hook-form';
import { fields } from '../messages/fields.ts';
import { describedBy, FieldFrame, inputClass } from './field-frame.tsx';
import { passwordLength } from './known-rules.ts';
import { codeOf, fieldSentence } from './sentences.ts';

type PasswordFieldProps<Input extends FieldValues, Output> = {
  form: UseFormReturn<Input, unknown, Output>;
  name: Path<Input>;
  id: string;
  label: string;
  autoComplete: 'current-password' | 'new-password';
  /** Masks the field again whenever it changes: a submitted password is not left on the screen. */
  submissions: number;
  aside?: ReactNode;
};

/** How far a new password is from the shortest allowed one; said aloud only when the typing pauses. */
const LengthHint = ({ password }: { password: string }) => {
  const missing = Math.max(0, PASSWORD_MIN_LENGTH - passwordLength(password));
  const words = password === '' ? '' : missing > 0 ? fields.charactersLeft(missing) : fields.longEnough;
  const [spoken, setSpoken] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setSpoken(words), 600);
    return () => clearTimeout(timer);
  }, [words]);
  return (
    <>
      <p>{fields.passwordHint}</p>
      <p
        className={`numeric mt-1 font-medium ${missing === 0 ? 'text-success' : 'text-ink'}`}
        aria-hidden="true"
      >
        {words}
      </p>
      <span className="sr-only" role="status">
        {spoken}
      </span>
    </>
  );
};

export const PasswordField = <Input extends FieldValues, Output>(
  props: PasswordFieldProps<Input, Output>,
) => {
  const { form, name, id, label, autoComplete, submissions, aside } = props;
  const [shownAt, setShownAt] = useState<number | null>(null);
  const [capsLock, setCapsLock] = useState(false);
  const shown = shownAt === submissions;
  const code = codeOf(form.formState.errors, name);
  const isNew = autoComplete === 'new-password';
  const value = form.watch(name);
  const error = code !== undefined ? fieldSentence('password', code, value) : undefined;
  const noticeCapsLock = (event: KeyboardEvent): void =>
    setCapsLock(event.getModifierState?.('CapsLock') ?? false);
  const hint = isNew || capsLock;
  return (
    <FieldFrame
      id={id}
      label={label}
      error={error}
      aside={aside}
      hint={
        hint && (
          <>
            {isNew && <LengthHint password={typeof value === 'string' ? value : ''} />}
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
          aria-describedby={describedBy(id, Boolean(hint), error !== undefined)}
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
          {shown ? (
            <EyeOff className="size-5" strokeWidth={1.75} aria-hidden="true" />
          ) : (
            <Eye className="size-5" strokeWidth={1.75} aria-hidden="true" />
          )}
        </button>
      </div>
    </FieldFrame>
  );
};
