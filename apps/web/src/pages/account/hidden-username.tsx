/** Tells a password manager whose password the form is about; people see the address elsewhere on the page. */
export const HiddenUsername = ({ email }: { email: string }) => (
  <input type="email" name="username" autoComplete="username" value={email} readOnly hidden />
);
