const keyOf = (formId: string): string => `portcullis.wait.${formId}`;

/** The wait is kept over a reload of the tab: reloading is no way around it, and no way to lose sight of it. */
export const rememberWait = (formId: string, waitMs: number): void => {
  try {
    sessionStorage.setItem(keyOf(formId), String(Date.now() + waitMs));
  } catch {
    // Storage is denied: the service still refuses, and says for how long.
  }
};

/** How many milliseconds of a remembered wait are left; 0 when there is none. */
export const waitLeft = (formId: string): number => {
  try {
    return Math.max(0, Number(sessionStorage.getItem(keyOf(formId)) ?? 0) - Date.now());
  } catch {
    return 0;
  }
};
