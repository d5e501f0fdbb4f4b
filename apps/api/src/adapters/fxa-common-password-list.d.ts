declare module 'fxa-common-password-list' {
  const list: {
    /** Exactly this text, of at least 8 characters, is among the 50,000 commonest. */
    test(password: string): boolean;
  };
  export default list;
}
