/** The mark: an arched gate with its bars down. */
export const GateMark = ({ className = 'size-7' }: { className?: string }) => (
  <svg className={className} viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="7" className="fill-gate" />
    <path
      d="M8 25V14a8 8 0 0 1 16 0v11M13.3 7v17l-1.2 2M18.7 7v17l1.2 2M8 14.5h16M8 20h16"
      fill="none"
      className="stroke-gate-ink"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
    />
  </svg>
);

/** The bars of the gate, drawn large and quiet behind words. */
export const Lattice = ({ className = '' }: { className?: string }) => (
  <svg className={className} aria-hidden="true" width="100%" height="100%">
    <defs>
      <pattern id="lattice" width="88" height="88" patternUnits="userSpaceOnUse">
        <path d="M44 0v88M0 44h88" fill="none" stroke="currentColor" strokeWidth="1" />
        <circle cx="44" cy="44" r="3.5" fill="currentColor" />
      </pattern>
    </defs>
    <rect width="100%" height="100%" fill="url(#lattice)" />
  </svg>
);
