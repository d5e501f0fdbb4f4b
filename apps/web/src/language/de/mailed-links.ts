import type { Catalogue } from '../catalogue.ts';

export const mailedLinks: Pick<
  Catalogue,
  | 'mailedLinksWords'
  | 'verifyEmailWords'
  | 'forgotPasswordWords'
  | 'resetPasswordWords'
  | 'confirmEmailChangeWords'
  | 'undoEmailChangeWords'
> = {
  mailedLinksWords: {
    incompleteTitle: 'Dieser Link ist unvollständig',
    incomplete:
      'Ein Teil der Adresse fehlt. Öffne den Link aus deiner Mail noch einmal, oder kopiere ihn ganz. Auch nach einem Neuladen dieser Seite muss der Link neu geöffnet werden.',
    backToSignIn: 'Zurück zur Anmeldung',
  },
  verifyEmailWords: {
    title: 'Bestätige deine E-Mail-Adresse',
    lead: 'Drücke den Knopf, um die Registrierung abzuschließen. Hast du dich nicht registriert, dann schließe diese Seite, und nichts geschieht.',
    submit: 'Meine Adresse bestätigen',
    pending: 'Wird bestätigt …',
    passwordTitle: 'Ist das deine Registrierung?',
    passwordLead:
      'Du hast diesen Link in einem anderen Browser geöffnet als dem, in dem du dich registriert hast. Gib das Passwort ein, das du dabei gewählt hast.',
    doneTitle: 'Adresse bestätigt',
    done: 'Dein Konto ist bereit.',
    signIn: 'Anmelden',
    staleTitle: 'Dieser Link gilt nicht mehr',
    stale:
      'Er ist abgelaufen, wurde schon benutzt, oder ein neuerer hat ihn ersetzt. Wir können dir einen neuen senden.',
    sendLink: 'Neuen Link senden',
    sending: 'Wird gesendet …',
  },
  forgotPasswordWords: {
    title: 'Passwort vergessen?',
    lead: 'Gib deine Adresse ein, und wir senden dir einen Link, mit dem du ein neues wählst.',
    submit: 'Link senden',
    pending: 'Wird gesendet …',
    signIn: 'Zurück zur Anmeldung',
  },
  resetPasswordWords: {
    title: 'Wähle ein neues Passwort',
    lead: 'Jedes Gerät, das an deinem Konto angemeldet ist, wird abgemeldet.',
    submit: 'Passwort ändern',
    pending: 'Wird geändert …',
    doneTitle: 'Passwort geändert',
    done: (count) =>
      count === 0
        ? 'Du kannst dich jetzt mit deinem neuen Passwort anmelden.'
        : `${count === 1 ? 'Eine Sitzung wurde' : `${count >= 1000 ? '1.000 oder mehr' : count} Sitzungen wurden`} abgemeldet und ${count === 1 ? 'kann' : 'können'} nicht mehr benutzt werden. Melde dich mit deinem neuen Passwort an.`,
    signIn: 'Anmelden',
    staleTitle: 'Dieser Link gilt nicht mehr',
    stale: 'Er ist abgelaufen, wurde schon benutzt, oder an deinem Konto hat sich seitdem etwas geändert.',
    again: 'Neuen Link senden',
  },
  confirmEmailChangeWords: {
    title: 'Bestätige deine neue Adresse',
    lead: 'Drücke den Knopf, damit dein Konto diese Adresse bekommt. Deine anderen Geräte werden abgemeldet.',
    submit: 'Diese Adresse verwenden',
    pending: 'Wird geändert …',
    doneTitle: 'Adresse geändert',
    done: 'Dein Konto hat ab jetzt die neue Adresse. Der alten haben wir das mitgeteilt; dort lässt es sich 7 Tage lang rückgängig machen.',
    account: 'Zu deinem Konto',
    staleTitle: 'Dieser Link gilt nicht mehr',
    stale:
      'Er ist abgelaufen, wurde schon benutzt, oder dein Passwort hat sich seitdem geändert. Ändere die Adresse noch einmal in deinem Konto.',
  },
  undoEmailChangeWords: {
    title: 'Änderung der Adresse rückgängig machen',
    lead: 'Drücke den Knopf, damit dein Konto die frühere Adresse zurückbekommt. Jedes Gerät wird abgemeldet, und du wählst ein neues Passwort.',
    submit: 'Meine Adresse zurückholen',
    pending: 'Wird zurückgeholt …',
    doneTitle: 'Adresse zurückgeholt',
    done: 'Jedes Gerät ist abgemeldet. Wähle jetzt ein neues Passwort: Wer die Änderung gemacht hat, kennt vielleicht das alte.',
    reset: 'Neues Passwort wählen',
    staleTitle: 'Dieser Link gilt nicht mehr',
    stale: 'Er wurde schon benutzt, oder es sind mehr als 7 Tage vergangen.',
  },
};
