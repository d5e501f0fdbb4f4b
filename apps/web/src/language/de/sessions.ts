import type { Catalogue } from '../catalogue.ts';

const expired = 'Du hattest sie eine Weile nicht benutzt, oder sie war am Ende ihrer längsten Dauer.';

export const sessions: Pick<Catalogue, 'sessionsWords' | 'endedByWords' | 'endedElsewhereWords'> = {
  sessionsWords: {
    title: 'Wo du angemeldet bist',
    lead: 'Kennst du eine davon nicht, dann melde sie ab und ändere dein Passwort.',
    thisDevice: 'Dieses Gerät',
    activeNow: 'Jetzt aktiv',
    active: 'Aktiv',
    signedIn: 'angemeldet',
    unknownDevice: 'Unbekanntes Gerät',
    browserOn: (browser, os) => `${browser} auf ${os}`,
    signOut: 'Abmelden',
    signOutNamed: (name) => `${name} abmelden`,
    signingOut: 'Wird abgemeldet …',
    signedOut: 'Abgemeldet',
    confirmed: (name) => `${name} ist abgemeldet. Diese Sitzung kann nicht mehr benutzt werden.`,
    unconfirmed: 'Nicht bestätigt: Der Dienst hat nicht geantwortet. Ein neuer Versuch schadet nicht.',
    only: 'Sonst bist du nirgends angemeldet.',
    endOthers: (count) =>
      count === 1 ? 'Die andere Sitzung abmelden' : `Die ${count} anderen Sitzungen abmelden`,
    endAll: 'Überall abmelden',
    othersTitle: 'Alle anderen Sitzungen abmelden?',
    othersLead: 'Jede Sitzung außer dieser endet. Hier bleibst du angemeldet.',
    allTitle: 'Überall abmelden?',
    allLead: 'Jede Sitzung endet, auch diese. Du meldest dich hier wieder an.',
    confirm: 'Abmelden',
    confirmAll: 'Überall abmelden',
    cancel: 'Abbrechen',
    ended: (count) =>
      count === 0
        ? 'Keine andere Sitzung war angemeldet.'
        : count === 1
          ? 'Eine Sitzung abgemeldet. Sie kann nicht mehr benutzt werden.'
          : `${count >= 1000 ? '1.000 oder mehr' : count} Sitzungen abgemeldet. Sie können nicht mehr benutzt werden.`,
    recent: (count) => `In den letzten 30 Tagen abgemeldet (${count})`,
    loading: 'Deine Sitzungen werden geladen …',
    retry: 'Noch einmal versuchen',
    live: 'Live',
    liveHint: 'Änderungen auf deinen anderen Geräten erscheinen hier von selbst.',
    reconnecting: 'Verbindet neu …',
    reconnectingHint: 'Bis die Live-Verbindung wieder steht, wird alle paar Sekunden nachgesehen.',
  },
  endedByWords: {
    sign_out: 'dort selbst abgemeldet',
    revoked: 'von einem anderen Gerät',
    revoked_others: 'mit allen anderen Sitzungen',
    revoked_all: 'überall abgemeldet',
    password_reset: 'das Passwort wurde zurückgesetzt',
    password_changed: 'das Passwort wurde geändert',
    email_changed: 'die E-Mail-Adresse wurde geändert',
    email_restored: 'die E-Mail-Adresse wurde zurückgeholt',
    reauthenticated: 'ersetzt, als du dein Passwort bestätigt hast',
    refresh_reuse: 'ihr Erneuerungs-Token wurde zweimal benutzt',
    account_disabled: 'das Konto wurde gesperrt',
    account_deleted: 'das Konto wurde gelöscht',
    expired: 'abgelaufen',
    operator: 'durch den Betreiber dieses Dienstes',
  },
  endedElsewhereWords: {
    title: 'Du wurdest abgemeldet',
    expiredTitle: 'Deine Sitzung ist abgelaufen',
    at: { before: 'Das war am ', after: '.' },
    generic: 'Diese Sitzung wurde beendet, hier in einem anderen Tab oder auf einem anderen Gerät.',
    expired,
    by: {
      sign_out: 'Du hast dich in einem anderen Tab dieses Browsers abgemeldet.',
      revoked: 'Diese Sitzung wurde von einem anderen Gerät abgemeldet.',
      revoked_others: 'Alle anderen Sitzungen wurden von einem anderen Gerät abgemeldet.',
      revoked_all: 'Du wurdest überall abgemeldet.',
      password_reset: 'Dein Passwort wurde zurückgesetzt, und das meldet jedes Gerät ab.',
      password_changed: 'Dein Passwort wurde geändert, und das meldet alle anderen Geräte ab.',
      email_changed:
        'Die E-Mail-Adresse deines Kontos wurde geändert, und das meldet alle anderen Geräte ab.',
      email_restored:
        'Eine Änderung deiner E-Mail-Adresse wurde rückgängig gemacht, und das meldet jedes Gerät ab.',
      reauthenticated: 'Diese Sitzung wurde in einem anderen Tab durch eine neuere ersetzt.',
      refresh_reuse:
        'Ein Token dieser Sitzung wurde zweimal benutzt; zur Sicherheit wurde die Sitzung beendet.',
      account_disabled: 'Dein Konto wurde gesperrt.',
      account_deleted: 'Dein Konto wurde gelöscht.',
      expired,
      operator: 'Der Betreiber dieses Dienstes hat diese Sitzung beendet.',
    },
    notYou: 'Warst du das nicht?',
    notYouAction: 'Wähle ein neues Passwort',
    signIn: 'Anmelden',
  },
};
