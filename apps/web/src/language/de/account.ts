import type { Catalogue } from '../catalogue.ts';

export const account: Pick<
  Catalogue,
  | 'dashboardWords'
  | 'overviewWords'
  | 'profileWords'
  | 'securityWords'
  | 'yourDataWords'
  | 'stepUpWords'
  | 'activityWords'
  | 'activityTypesWords'
> = {
  dashboardWords: {
    nav: 'Konto',
    overview: 'Übersicht',
    security: 'Sicherheit',
    activity: 'Aktivität',
    data: 'Deine Daten',
    signOut: 'Abmelden',
    signingOut: 'Wird abgemeldet …',
    signOutFailed: 'Du bist noch angemeldet: Der Dienst hat die Abmeldung nicht bestätigt.',
  },
  overviewWords: {
    title: 'Übersicht',
    greeting: (name) => `Hallo, ${name}`,
  },
  profileWords: {
    title: 'Profil',
    email: 'E-Mail-Adresse',
    verified: 'Bestätigt',
    unverified: 'Nicht bestätigt',
    name: 'Name',
    noName: 'Nicht angegeben',
    since: 'Dabei seit',
    edit: 'Name ändern',
    save: 'Speichern',
    saving: 'Wird gespeichert …',
    cancel: 'Abbrechen',
    saved: 'Name gespeichert.',
  },
  securityWords: {
    title: 'Sicherheit',
    passwordTitle: 'Passwort',
    passwordLead: 'Eine Änderung meldet alle anderen Geräte ab.',
    passwordSubmit: 'Passwort ändern',
    passwordPending: 'Wird geändert …',
    passwordChanged: (count) =>
      count === 0
        ? 'Passwort geändert. Kein anderes Gerät war angemeldet.'
        : `Passwort geändert. ${count === 1 ? 'Eine andere Sitzung wurde' : `${count >= 1000 ? '1.000 oder mehr' : count} andere Sitzungen wurden`} abgemeldet.`,
    emailTitle: 'E-Mail-Adresse',
    emailLead: (email) =>
      `Dein Konto verwendet ${email}. Wir senden einen Link an die neue Adresse; bis du ihn benutzt, ändert sich nichts.`,
    emailSubmit: 'Link senden',
    emailPending: 'Wird gesendet …',
    emailSent: (email) =>
      `Falls ${email} verwendet werden kann, ist ein Link dorthin unterwegs. Bis du ihn benutzt, bleibt deine Adresse dieselbe.`,
  },
  yourDataWords: {
    title: 'Deine Daten',
    exportTitle: 'Export',
    exportLead: 'Eine JSON-Datei mit deinem Profil, deinen Sitzungen und deiner Aktivität.',
    exportSubmit: 'Meine Daten herunterladen',
    exportPending: 'Wird vorbereitet …',
    exported: 'Deine Datei wird heruntergeladen.',
    fileName: (day) => `portcullis-export-${day}.json`,
    deleteTitle: 'Konto löschen',
    deleteLead:
      'Dein Konto wird sofort gelöscht und jedes Gerät abgemeldet. Das lässt sich nicht rückgängig machen.',
    deleteOpen: 'Mein Konto löschen',
    deleteConfirmTitle: 'Dein Konto löschen?',
    deleteConfirmLead: 'Gib dein Passwort ein, um dein Konto jetzt und endgültig zu löschen.',
    deleteSubmit: 'Endgültig löschen',
    deletePending: 'Wird gelöscht …',
    cancel: 'Mein Konto behalten',
  },
  stepUpWords: {
    title: 'Bist du es noch?',
    lead: 'Deine Anmeldung ist eine Weile her. Gib dein Passwort ein, um fortzufahren.',
    submit: 'Weiter',
    pending: 'Wird geprüft …',
    cancel: 'Abbrechen',
  },
  activityWords: {
    title: 'Aktivität',
    lead: 'Was an deinem Konto geschehen ist, das Neueste zuerst.',
    more: 'Ältere anzeigen',
    loadingMore: 'Wird geladen …',
    loading: 'Deine Aktivität wird geladen …',
    empty: 'Noch ist nichts geschehen.',
    retry: 'Noch einmal versuchen',
    end: 'Das ist alles.',
    unknownPlace: 'unbekannte Adresse',
    byOperator: 'durch den Betreiber',
  },
  activityTypesWords: {
    account_created: 'Konto angelegt',
    profile_changed: 'Profil geändert',
    password_reset_requested: 'Neues Passwort angefordert',
    password_reset: 'Passwort zurückgesetzt',
    password_changed: 'Passwort geändert',
    email_change_requested: 'Änderung der E-Mail-Adresse angefordert',
    email_changed: 'E-Mail-Adresse geändert',
    email_restored: 'E-Mail-Adresse zurückgeholt',
    account_disabled: 'Konto gesperrt',
    account_enabled: 'Konto entsperrt',
    account_deleted: 'Konto gelöscht',
    signed_in: 'Angemeldet',
    sign_in_failed: 'Anmeldung gescheitert',
    signed_out: 'Abgemeldet',
    session_revoked: 'Eine Sitzung wurde abgemeldet',
    sessions_revoked: 'Sitzungen wurden abgemeldet',
    reauthenticated: 'Passwort bestätigt',
    password_check_failed: 'Falsches Passwort während einer Sitzung',
    refresh_reused: 'Eine Sitzung wurde beendet: Ihr Erneuerungs-Token wurde zweimal benutzt',
  },
};
