/** A ring that appears only when an answer takes longer than a moment; the words beside it carry the meaning. */
export const Spinner = () => (
  <svg
    className="delayed-in size-4 animate-spin motion-reduce:animate-none"
    viewBox="0 0 16 16"
    aria-hidden="true"
  >
    <circle cx="8" cy="8" r="6.5" fill="none" stroke="currentColor" strokeOpacity="0.3" strokeWidth="2" />
    <path
      d="M8 1.5A6.5 6.5 0 0 1 14.5 8"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
    />
  </svg>
);
