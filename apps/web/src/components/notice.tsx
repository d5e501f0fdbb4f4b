import type { ReactNode } from 'react';
import { Icon, type IconName } from './icons.tsx';

type Tone = 'info' | 'success' | 'warning' | 'danger';

const tones: Record<Tone, { box: string; mark: string; icon: IconName }> = {
  info: { box: 'bg-accent-soft', mark: 'text-accent', icon: 'info' },
  success: { box: 'bg-success-soft', mark: 'text-success', icon: 'success' },
  warning: { box: 'bg-warning-soft', mark: 'text-warning', icon: 'warning' },
  danger: { box: 'bg-danger-soft', mark: 'text-danger', icon: 'error' },
};

type NoticeProps = {
  tone: Tone;
  title?: string;
  /** `alert` interrupts (a refusal); `status` waits its turn (an answer). */
  role?: 'alert' | 'status';
  children: ReactNode;
};

export const Notice = ({ tone, title, role, children }: NoticeProps) => {
  const { box, mark, icon } = tones[tone];
  return (
    <div role={role} data-notice className={`flex gap-3 rounded-control px-4 py-3 text-sm text-ink ${box}`}>
      <Icon name={icon} className={`mt-0.5 size-5 shrink-0 ${mark}`} />
      <div className="min-w-0 flex-1 space-y-1">
        {title && <p className="font-semibold">{title}</p>}
        <div>{children}</div>
      </div>
    </div>
  );
};
