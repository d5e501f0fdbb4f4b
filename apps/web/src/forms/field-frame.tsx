import type { ReactNode } from 'react';
import { Icon } from '../components/icons.tsx';
import { fieldsWords } from '../messages/fields.ts';
import { useWords } from '../language/language.ts';

export const inputClass =
  'block min-h-11 w-full rounded-control border border-line-strong bg-surface px-3 py-2 text-base text-ink hover:border-ink-muted aria-invalid:border-danger aria-invalid:ring-1 aria-invalid:ring-danger';

type FieldFrameProps = {
  id: string;
  label: string;
  error: string | undefined;
  hint?: ReactNode;
  /** Stands at the end of the label's line. */
  aside?: ReactNode;
  children: ReactNode;
};

const errorId = (id: string): string => `${id}-error`;
const hintId = (id: string): string => `${id}-hint`;

/** The ids that describe a control, in reading order; undefined when there are none. */
export const describedBy = (id: string, hasHint: boolean, hasError: boolean): string | undefined =>
  [hasError ? errorId(id) : '', hasHint ? hintId(id) : ''].filter(Boolean).join(' ') || undefined;

/** Label above, hint below, refusal between the control and the hint: the order of reading and of hearing. */
export const FieldFrame = ({ id, label, error, hint, aside, children }: FieldFrameProps) => {
  const fields = useWords(fieldsWords);
  return (
    <div className="space-y-1.5">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <label htmlFor={id} className="text-sm font-medium">
          {label}
        </label>
        {aside}
      </div>
      {children}
      {error && (
        <p id={errorId(id)} className="flex gap-1.5 text-sm text-danger">
          <Icon name="error" className="mt-0.5 size-4 shrink-0" />
          <span className="space-y-1 whitespace-pre-line">
            <span className="sr-only">{fields.errorPrefix}</span>
            {error}
          </span>
        </p>
      )}
      {hint && (
        <div id={hintId(id)} className="text-sm text-muted">
          {hint}
        </div>
      )}
    </div>
  );
};
