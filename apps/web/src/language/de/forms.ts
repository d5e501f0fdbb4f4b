import { PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH } from '@portcullis/contracts/password';
import type { Catalogue } from '../catalogue.ts';

const notStorable =
  'Das enthält ein Zeichen, das nicht gespeichert werden kann. Entferne es und versuche es noch einmal.';

export const forms: Pick<
  Catalogue,
  | 'fieldMessagesWords'
  | 'fieldsWords'
  | 'strengthWords'
  | 'failuresWords'
  | 'failureDetailsWords'
  | 'timeWords'
> = {
  fieldMessagesWords: {
    email: {
      required: 'Gib deine E-Mail-Adresse ein.',
      malformed: 'Gib eine E-Mail-Adresse wie name@example.org ein.',
      too_long: 'Diese E-Mail-Adresse ist zu lang.',
      not_storable: notStorable,
    },
    password: {
      required: 'Gib dein Passwort ein.',
      too_short: `Nimm mindestens ${PASSWORD_MIN_LENGTH} Zeichen. Mehrere Wörter geben ein gutes Passwort.`,
      too_long: `Nimm höchstens ${PASSWORD_MAX_LENGTH} Zeichen.`,
      common: 'Dieses Passwort würden viele als eines der ersten raten. Wähle ein anderes.',
      context:
        'Dieses Passwort besteht aus deinem Namen, deiner E-Mail-Adresse oder dem Namen dieses Dienstes. Füge etwas hinzu, das niemand weiß.',
      breached:
        'Dieses Passwort stand in einem Datenleck, also probieren Angreifer es aus. Wähle eines, das du nirgends sonst benutzt.',
      wrong: 'Das ist nicht dein Passwort.',
      not_this_sign_up: 'Mit diesem Passwort wurde die Registrierung nicht gemacht.',
      not_storable: notStorable,
    },
    name: {
      too_short: 'Gib einen Namen ein oder lass das Feld leer.',
      too_long: 'Nimm höchstens 100 Zeichen.',
      not_storable: notStorable,
    },
  },
  fieldsWords: {
    fallback: 'Prüfe diese Eingabe.',
    email: 'E-Mail-Adresse',
    newEmail: 'Neue E-Mail-Adresse',
    name: 'Name',
    nameOptional: 'Name (freiwillig)',
    password: 'Passwort',
    newPassword: 'Neues Passwort',
    currentPassword: 'Jetziges Passwort',
    showPassword: 'Passwort anzeigen',
    hidePassword: 'Passwort verbergen',
    capsLock: 'Die Feststelltaste ist an.',
    errorPrefix: 'Fehler: ',
    passwordHint: `Mindestens ${PASSWORD_MIN_LENGTH} Zeichen. Mehrere Wörter ohne Zusammenhang sind leicht zu merken und schwer zu raten.`,
    charactersLeft: (count) => `Noch ${count} Zeichen`,
    longEnough: 'Lang genug',
  },
  strengthWords: {
    label: 'Stärke',
    steps: ['Leicht zu raten', 'Geht besser', 'Gut', 'Schwer zu raten'],
    advice: 'Ein oder zwei Wörter mehr, und es ist viel schwerer zu raten.',
  },
  failuresWords: {
    credentials_invalid: 'E-Mail-Adresse und Passwort passen nicht zusammen.',
    email_unverified: 'Bestätige zuerst deine E-Mail-Adresse. Der Link liegt in deinem Postfach.',
    session_missing: 'Du bist nicht angemeldet.',
    session_revoked: 'Diese Sitzung wurde abgemeldet.',
    session_expired: 'Diese Sitzung ist abgelaufen.',
    token_invalid: 'Diese Sitzung gilt hier nicht. Bitte melde dich wieder an.',
    account_disabled: 'Dieses Konto ist gesperrt. Wende dich an den Betreiber dieses Dienstes.',
    step_up_required: 'Bestätige dein Passwort, um fortzufahren.',
    factor_required: 'Dieses Konto braucht einen zweiten Schritt, den diese Seite noch nicht anbietet.',
    forbidden: 'Das darfst du nicht.',
    not_found: 'Das gibt es nicht mehr.',
    conflict: 'Inzwischen hat sich etwas geändert. Lade die Seite neu und versuche es noch einmal.',
    input_invalid:
      'Ein Teil der Eingaben ist nicht brauchbar. Prüfe das Formular und versuche es noch einmal.',
    verification_invalid: 'Dieser Link ist abgelaufen oder wurde schon benutzt.',
    password_rejected: 'Wähle ein anderes Passwort.',
    rate_limited: 'Zu viele Versuche. Warte kurz und versuche es dann noch einmal.',
    unavailable:
      'Der Dienst kann gerade nicht antworten. Deine Eingaben bleiben erhalten; versuche es gleich noch einmal.',
    internal: 'Bei uns ist etwas schiefgegangen.',
  },
  failureDetailsWords: {
    offline:
      'Du scheinst offline zu sein. Deine Eingaben bleiben erhalten; versuche es noch einmal, sobald du verbunden bist.',
    mayHaveTakenEffect:
      'Der Dienst hat aufgehört zu antworten, bevor er bestätigen konnte. Vielleicht ist es schon geschehen; ein neuer Versuch schadet nicht.',
    requestId: (id) => `Anfrage ${id}`,
    copy: 'Kopieren',
    copied: 'Kopiert',
    copyRequestId: 'Kennung der Anfrage kopieren',
    limitedTitle: 'Zu viele Versuche',
    limited: (time) => `Wieder möglich in ${time}`,
    limitedNote: 'Nach der Wartezeit geht es weiter. Deine Eingaben bleiben erhalten.',
    limitedOver: 'Du kannst es jetzt wieder versuchen.',
    seconds: (count) => (count === 1 ? '1 Sekunde' : `${count} Sekunden`),
    minutes: (count) => (count === 1 ? '1 Minute' : `${count} Minuten`),
  },
  timeWords: { justNow: 'gerade eben' },
};
