import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

type Tone = 'info' | 'success' | 'warning' | 'danger';

const tones: Record<Tone, { box: string; mark: string; Icon: typeof Info }> = {
  info: { box: 'bg-accent-soft', mark: 'text-accent', Icon: Info },
  success: { box: 'bg-success-soft', mark: 'text-success', Icon: CircleCheck },
  warning: { box: 'bg-warning-soft', mark: 'text-warning', Icon: TriangleAlert },
  danger: { box: 'bg-danger-soft', mark: 'text-danger', Icon: CircleAlert },
};

type NoticeProps = {
  tone: Tone;
  title?: string;
  /** `alert` interrupts (a refusal); `status` waits its turn (an answer). */
  role?: 'alert' | 'status';
  children: ReactNode;
};

export const Notice = ({ tone, title, role, children }: NoticeProps) => {
  const { box, mark, Icon } = tones[tone];
  return (
    <div role={role} className={`flex gap-3 rounded-control px-4 py-3 text-sm text-ink ${box}`}>
      <Icon className={`mt-0.5 size-5 shrink-0 ${mark}`} strokeWidth={1.75} aria-hidden="true" />
      <div className="min-w-0 flex-1 space-y-1">
        {title && <p className="font-semibold">{title}</p>}
        <div>{children}</div>
      </div>
    </div>
  );
};
