import { PASSWORD_MIN_LENGTH } from '@portcullis/contracts/password';
import { useEffect, useState } from 'react';
import type { FieldValues } from 'react-hook-form';
import { useWords } from '../language/language.ts';
import { fieldsWords } from '../messages/fields.ts';
import { StrengthMeter } from '../strength/strength-meter.tsx';
import { passwordLength } from './known-rules.ts';
import { PasswordField, type PasswordFieldProps } from './password-field.tsx';

/** How far a new password is from the shortest allowed one; said aloud only when the typing pauses. */
const LengthHint = ({ password }: { password: string }) => {
  const fields = useWords(fieldsWords);
  const missing = Math.max(0, PASSWORD_MIN_LENGTH - passwordLength(password));
  const words = password === '' ? '' : missing > 0 ? fields.charactersLeft(missing) : fields.longEnough;
  const [spoken, setSpoken] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setSpoken(words), 600);
    return () => clearTimeout(timer);
  }, [words]);
  return (
    <p className={`numeric font-medium ${missing === 0 ? 'text-success' : 'text-ink'}`}>
      <span aria-hidden="true">{words}</span>
      <span className="sr-only" role="status">
        {spoken}
      </span>
    </p>
  );
};

type NewPasswordFieldProps<Input extends FieldValues, Output> = Omit<
  PasswordFieldProps<Input, Output>,
  'autoComplete' | 'hint'
> & {
  /** What an attacker would try first: the name and the address of whose password it is. */
  known?: readonly string[];
};

/** The rules stand below before anything is typed; then how much is missing, and how hard it is to guess. */
export const NewPasswordField = <Input extends FieldValues, Output>({
  known = [],
  ...field
}: NewPasswordFieldProps<Input, Output>) => {
  const fields = useWords(fieldsWords);
  const value: unknown = field.form.watch(field.name);
  const password = typeof value === 'string' ? value : '';
  return (
    <div className="space-y-1.5">
      <PasswordField {...field} autoComplete="new-password" hint={fields.passwordHint} />
      {password !== '' && (
        <div className="space-y-1.5 text-sm">
          <LengthHint password={password} />
          <StrengthMeter password={password} known={known} />
        </div>
      )}
    </div>
  );
};
