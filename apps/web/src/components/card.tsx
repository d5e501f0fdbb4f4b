import { type ReactNode, useId } from 'react';

type CardProps = { title: string; lead?: ReactNode; aside?: ReactNode; children: ReactNode };

/** One topic of a page. */
export const Card = ({ title, lead, aside, children }: CardProps) => {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className="rounded-card border border-line bg-surface shadow-lift"
      data-card
    >
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2 px-5 pt-5 sm:px-6">
        <div className="min-w-0 flex-1 basis-60">
          <h2 id={id} className="text-lg">
            {title}
          </h2>
          {lead && <p className="mt-1 text-sm text-muted">{lead}</p>}
        </div>
        {aside}
      </div>
      <div className="px-5 pt-4 pb-5 sm:px-6 sm:pb-6">{children}</div>
    </section>
  );
};
