import { useWords } from '../language/language.ts';
import { strengthWords } from '../messages/strength.ts';
import { useStrength } from './use-strength.ts';

const colours = ['bg-danger', 'bg-warning', 'bg-success', 'bg-success'] as const;
const STEPS = [0, 1, 2, 3] as const;

/** A hint, not a control: four bars and the words for them. Whether a password is accepted the service alone decides. */
export const StrengthMeter = ({ password, known }: { password: string; known: readonly string[] }) => {
  const words = useWords(strengthWords);
  const step = useStrength(password, known);
  const text = step === null ? '' : `${words.label}: ${words.steps[step as 0 | 1 | 2 | 3]}`;
  return (
    <div className="space-y-1.5">
      <div className="flex gap-1" aria-hidden="true">
        {STEPS.map((bar) => (
          <span
            key={bar}
            className={`h-1 flex-1 rounded-full forced-colors:border ${
              step !== null && bar <= step ? `${colours[step]} forced-colors:bg-[Highlight]` : 'bg-line'
            }`}
          />
        ))}
      </div>
      <p role="status" className="min-h-5.5 text-sm">
        {text}
        {(step === 0 || step === 1) && `. ${words.advice}`}
      </p>
    </div>
  );
};
