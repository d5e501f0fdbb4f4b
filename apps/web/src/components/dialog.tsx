import { Dialog as Base } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';

type DialogProps = { title: string; lead?: string; onClose: () => void; children: ReactNode };

/** A question that has to be answered first: it holds the focus, closes on Escape and gives the focus back. Mounted means open. */
export const Dialog = ({ title, lead, onClose, children }: DialogProps) => (
  <Base.Root open onOpenChange={(open) => open || onClose()} disablePointerDismissal>
    <Base.Portal>
      <Base.Backdrop className="fixed inset-0 z-10 bg-shade" />
      <Base.Viewport className="fixed inset-0 z-10 grid place-items-center overflow-y-auto p-4">
        <Base.Popup
          className="w-full max-w-md rounded-card border border-line bg-surface p-6 text-ink shadow-lift outline-none"
          data-card
        >
          <Base.Title className="text-lg">{title}</Base.Title>
          {lead && <Base.Description className="mt-1.5 text-muted">{lead}</Base.Description>}
          <div className="mt-5">{children}</div>
        </Base.Popup>
      </Base.Viewport>
    </Base.Portal>
  </Base.Root>
);
