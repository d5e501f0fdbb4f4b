/** The slice of the configuration that verbs see; times in seconds. */
export interface ServiceConfig {
  publicUrl: string;
  session: {
    idleSeconds: number;
    absoluteSeconds: number;
    rememberIdleSeconds: number;
    rememberAbsoluteSeconds: number;
  };
  accessTokenSeconds: number;
  /** How long after a rotation the previous refresh secret still gets the same successor (G11). */
  refreshWindowSeconds: number;
  /** How old a proof of password may be for changing the e-mail address. */
  stepUpSeconds: number;
  registrationSeconds: number;
  resetLinkSeconds: number;
  emailChangeLinkSeconds: number;
  undoLinkSeconds: number;
  passwordMinLength: number;
}
