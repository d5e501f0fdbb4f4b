import { type ReactNode, useEffect, useId, useRef } from 'react';

type DialogProps = { title: string; lead?: string; onClose: () => void; children: ReactNode };

/** A modal of the platform: it traps the focus, closes on Escape and gives the focus back. Mounted means open. */
export const Dialog = ({ title, lead, onClose, children }: DialogProps) => {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const leadId = useId();
  useEffect(() => {
    const opener = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      aria-describedby={lead ? leadId : undefined}
      className="m-auto w-[calc(100vw-2rem)] max-w-md rounded-card border border-line bg-surface p-6 text-ink shadow-lift"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <h2 id={titleId} className="text-lg">
        {title}
      </h2>
      {lead && (
        <p id={leadId} className="mt-1.5 text-muted">
          {lead}
        </p>
      )}
      <div className="mt-5">{children}</div>
    </dialog>
  );
};
