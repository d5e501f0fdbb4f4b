import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { productWords } from '../messages/product.ts';
import { GateMark, Lattice } from './lattice.tsx';
import { Preferences } from './preferences.tsx';
import { usePageTitle } from './page-title.ts';
import { useWords } from '../language/language.ts';

/** What the product promises, shown beside the form where there is room. The picture repeats the words. */
const PromisePanel = () => {
  const product = useWords(productWords);
  return (
    <aside
      className="relative hidden overflow-hidden bg-gate text-gate-ink lg:block"
      aria-label={product.name}
    >
      <Lattice className="absolute inset-0 text-gate-line opacity-60" />
      <div className="relative flex h-full flex-col justify-center gap-10 p-16 xl:p-24">
        <div className="max-w-md">
          <p className="text-display font-semibold tracking-tight text-balance">{product.promise}</p>
          <p className="mt-4 text-lg text-gate-muted">{product.promiseDetail}</p>
        </div>
        <ul
          className="max-w-sm divide-y divide-gate-line rounded-card border border-gate-line bg-gate"
          aria-hidden="true"
        >
          {product.vignette.map(({ device, state, live }) => (
            <li key={device} className="flex items-center justify-between gap-4 px-5 py-3.5 text-sm">
              <span className={live ? 'font-medium' : 'text-gate-muted line-through decoration-gate-line'}>
                {device}
              </span>
              <span className="flex items-center gap-2 text-gate-muted">
                {live && <span className="size-2 rounded-full bg-gate-ink" />}
                {state}
              </span>
            </li>
          ))}
        </ul>
      </div>
    </aside>
  );
};

type EntryLayoutProps = { title: string; lead?: ReactNode; children?: ReactNode; after?: ReactNode };

/** The frame of every page outside the account: one column of words and one form. */
export const EntryLayout = ({ title, lead, children, after }: EntryLayoutProps) => {
  const product = useWords(productWords);
  const heading = usePageTitle(title);
  return (
    <div className="grid min-h-dvh lg:grid-cols-2">
      <div className="flex flex-col px-5 sm:px-10">
        <header className="py-6">
          <Link to="/" className="inline-flex items-center gap-2.5 rounded-control text-lg font-semibold">
            <GateMark />
            {product.name}
          </Link>
        </header>
        <main className="mx-auto flex w-full max-w-sm flex-1 flex-col pt-8 pb-16 sm:justify-center sm:pb-8">
          <h1 ref={heading} tabIndex={-1} className="text-title">
            {title}
          </h1>
          {lead && <div className="mt-2 text-muted">{lead}</div>}
          {children && <div className="mt-8 *:w-full">{children}</div>}
          {after && <div className="mt-8 border-t border-line pt-6 text-sm text-muted">{after}</div>}
        </main>
        <footer className="py-4">
          <Preferences />
        </footer>
      </div>
      <PromisePanel />
    </div>
  );
};
