import type { Catalogue } from '../catalogue.ts';

export const entry: Pick<
  Catalogue,
  'productWords' | 'preferencesWords' | 'signInWords' | 'signUpWords' | 'checkMailWords' | 'signedOutWords'
> = {
  productWords: {
    name: 'Portcullis',
    title: (page) => `${page} · Portcullis`,
    errorTitle: (title) => `Fehler: ${title}`,
    skip: 'Zum Inhalt springen',
    promise: 'Abgemeldet heißt abgemeldet.',
    promiseDetail: 'Bei der nächsten Anfrage, auf jedem Gerät, und du kannst dabei zusehen.',
    vignette: [
      { device: 'Dieser Browser', state: 'Jetzt aktiv', live: true },
      { device: 'Firefox auf einem Laptop', state: 'Eben abgemeldet', live: false },
      { device: 'Safari auf einem Telefon', state: 'Eben abgemeldet', live: false },
    ],
  },
  preferencesWords: {
    title: 'Sprache und Darstellung',
    language: 'Sprache',
    languageFailed: 'Diese Sprache konnte nicht geladen werden. Versuche es gleich noch einmal.',
    appearance: 'Darstellung',
    themes: { system: 'System', light: 'Hell', dark: 'Dunkel' },
  },
  signInWords: {
    title: 'Anmelden',
    lead: 'Willkommen zurück.',
    submit: 'Anmelden',
    pending: 'Wird angemeldet …',
    remember: 'Auf diesem Gerät angemeldet bleiben',
    forgot: 'Passwort vergessen?',
    noAccount: 'Neu hier?',
    signUp: 'Konto anlegen',
    unverifiedTitle: 'Noch ein Schritt',
    unverified: 'Bestätige deine E-Mail-Adresse, bevor du dich anmeldest. Der Link liegt in deinem Postfach.',
    sendLink: 'Neuen Link senden',
    unavailableTitle: 'Die Anmeldung ist gerade nicht erreichbar',
    unavailable:
      'Der Dienst antwortet nicht. Du kannst es trotzdem versuchen; deine Eingaben bleiben erhalten.',
  },
  signUpWords: {
    title: 'Konto anlegen',
    lead: 'Dein Konto entsteht erst, wenn du deine E-Mail-Adresse bestätigt hast.',
    submit: 'Konto anlegen',
    pending: 'Wird angelegt …',
    haveAccount: 'Du hast schon ein Konto?',
    signIn: 'Anmelden',
  },
  checkMailWords: {
    title: 'Sieh in dein Postfach',
    sent: {
      'sign-up': { before: 'Wir haben einen Link zur Bestätigung an ', after: ' gesendet.' },
      verification: {
        before: 'Falls dort eine Registrierung darauf wartet, haben wir einen neuen Link an ',
        after: ' gesendet.',
      },
      reset: {
        before: 'Falls es dazu ein Konto gibt, haben wir einen Link für ein neues Passwort an ',
        after: ' gesendet.',
      },
    },
    yourAddress: 'deine Adresse',
    expiry: {
      'sign-up': 'Öffne ihn und drücke dort den Knopf, um die Registrierung abzuschließen.',
      verification:
        'Öffne ihn und drücke dort den Knopf, um die Registrierung abzuschließen. Nimm die neueste Mail.',
      reset: 'Der Link gilt 30 Minuten, einmal.',
    },
    slow: 'Eine Mail kann ein paar Minuten brauchen. Nichts da? Sieh im Spam-Ordner nach, oder',
    again: 'noch einmal senden',
    sending: 'Wird gesendet …',
    sentAgain: 'Gesendet. Nimm die neueste Mail.',
    wrongAddress: 'Andere Adresse verwenden',
    signIn: 'Zurück zur Anmeldung',
  },
  signedOutWords: {
    title: 'Du bist abgemeldet',
    everywhereTitle: 'Überall abgemeldet',
    deletedTitle: 'Dein Konto ist gelöscht',
    self: 'Dieser Browser hat keinen Zugang mehr zu deinem Konto.',
    everywhere: (count) =>
      count === 1
        ? 'Deine einzige Sitzung ist beendet. Sie kann nicht mehr benutzt werden.'
        : `Alle ${count >= 1000 ? '1.000 oder mehr' : count} Sitzungen sind beendet. Keine kann mehr benutzt werden.`,
    deleted: 'Profil, Sitzungen und Links sind gelöscht, und jedes Gerät wurde abgemeldet.',
    signInAgain: 'Wieder anmelden',
    signUp: 'Konto anlegen',
  },
};
