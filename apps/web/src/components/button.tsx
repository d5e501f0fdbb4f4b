import { Link, type LinkProps } from '@tanstack/react-router';
import type { ComponentProps, ReactNode } from 'react';
import { Spinner } from './spinner.tsx';

export type Look = 'primary' | 'secondary' | 'quiet' | 'danger' | 'caution';

const base =
  'inline-flex items-center justify-center gap-2 rounded-control text-center font-medium transition-colors aria-disabled:cursor-default';

/** Rows take the small one; under a finger it grows back to 44 px. */
const sizes = {
  normal: 'min-h-11 px-4 py-2 text-base',
  small: 'min-h-9 px-3 py-1 text-sm pointer-coarse:min-h-11',
};

type Size = keyof typeof sizes;

const waitingLook = 'border border-line-strong bg-sunken text-muted';

const looks: Record<Look, string> = {
  primary: 'bg-accent text-accent-ink hover:bg-accent-hover',
  secondary: 'border border-line-strong bg-surface text-ink hover:bg-sunken',
  quiet: 'text-accent hover:bg-accent-soft',
  danger: 'bg-danger text-danger-ink hover:bg-danger-hover',
  caution: 'border border-danger bg-surface text-danger hover:bg-danger-soft',
};

const buttonClass = (look: Look, size: Size, more = ''): string =>
  `${base} ${sizes[size]} ${looks[look]} ${more}`;

type ButtonProps = Omit<ComponentProps<'button'>, 'disabled'> & {
  look?: Look;
  size?: Size;
  /** What the button says while its action is under way; it stays focusable and ignores clicks. */
  pendingLabel?: string;
  pending?: boolean;
  /** The action can't be taken for now (a wait is running); the label says why. */
  waiting?: boolean;
  children: ReactNode;
};

export const Button = (props: ButtonProps) => {
  const {
    look = 'primary',
    size = 'normal',
    pending,
    pendingLabel,
    waiting,
    className,
    children,
    ...rest
  } = props;
  const held = pending || waiting || undefined;
  return (
    <button
      type="button"
      {...rest}
      className={
        waiting
          ? `${base} ${sizes[size]} ${waitingLook} ${className ?? ''}`
          : buttonClass(look, size, className)
      }
      aria-disabled={held}
      aria-busy={pending || undefined}
      onClick={held ? (event) => event.preventDefault() : rest.onClick}
    >
      {pending && <Spinner />}
      <span>{pending ? (pendingLabel ?? children) : children}</span>
    </button>
  );
};

type ButtonLinkProps = LinkProps & { look?: Look; className?: string; children: ReactNode };

export const ButtonLink = ({ look = 'primary', className, children, ...link }: ButtonLinkProps) => (
  <Link {...link} className={buttonClass(look, 'normal', className)}>
    {children}
  </Link>
);
