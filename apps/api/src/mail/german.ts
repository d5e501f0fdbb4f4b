import type { MailWords } from './words.ts';

const oneUse = (lasts: string): string =>
  `Der Link gilt ${lasts} lang und nur einmal. Ihn zu öffnen ändert noch nichts, erst deine Bestätigung auf der Seite.`;

const BY_MAIL = 'Die Seite fragt nach deiner Adresse und schickt dir einen Link';

const NOT_YOU =
  'Warst du das, brauchst du nichts zu tun. Wenn nicht, wähle jetzt ein anderes Passwort: Damit werden alle abgemeldet.';

const ifNotYou = {
  action: { label: 'Das war ich nicht', note: `${BY_MAIL}, mit dem du ein anderes Passwort wählst.` },
  closing: ['Falls andere deine Mails lesen können, ändere zuerst das Passwort deines Postfachs.'],
};

export const german: MailWords = {
  locale: 'de-DE',
  moment: (date, time) => `${date} um ${time} Uhr (UTC)`,
  details: { when: 'Wann', device: 'Gerät', address: 'IP-Adresse' },
  device: (browser, os) => (browser !== null && os !== null ? `${browser} unter ${os}` : (browser ?? os)),
  urlHint: 'Falls der Knopf nicht geht, öffne diese Adresse:',
  footer: (host) => `Gesendet von Portcullis auf ${host}. Antworten auf diese Mail liest niemand.`,
  mails: {
    sign_up: (lasts) => ({
      subject: 'Bestätige deine E-Mail-Adresse',
      preview: 'Noch ein Schritt, und dein Konto ist bereit.',
      heading: 'Bestätige deine E-Mail-Adresse',
      paragraphs: [
        'Jemand hat sich mit dieser Adresse bei Portcullis registriert. Warst du das, dann bestätige die Adresse, und das Konto wird angelegt.',
      ],
      action: { label: 'Adresse bestätigen', note: oneUse(lasts) },
      closing: [
        'Warst du das nicht, beachte diese Mail nicht weiter. Ohne die Bestätigung entsteht kein Konto.',
      ],
    }),
    account_exists: {
      subject: 'Du hast schon ein Konto',
      preview: 'Jemand wollte sich mit deiner Adresse registrieren. Nichts wurde geändert.',
      heading: 'Du hast schon ein Konto',
      paragraphs: [
        'Jemand wollte sich mit dieser Adresse bei Portcullis registrieren, aber sie hat schon ein Konto. Nichts wurde geändert, und niemand hat erfahren, dass es das Konto gibt.',
        'Warst du das, melde dich mit deinem Passwort an, oder lass dir einen Link für ein neues schicken. Warst du es nicht, brauchst du nichts zu tun.',
      ],
      action: { label: 'Passwort vergessen?', note: `${BY_MAIL}.` },
      closing: [],
    },
    reset_password: (lasts) => ({
      subject: 'Wähle ein neues Passwort',
      preview: 'Der Link dazu steht in dieser Mail.',
      heading: 'Wähle ein neues Passwort',
      paragraphs: [
        'Jemand hat für dein Konto bei Portcullis um ein neues Passwort gebeten. Warst du das, wähle es jetzt: Damit wird das Konto überall abgemeldet.',
      ],
      action: { label: 'Neues Passwort wählen', note: oneUse(lasts) },
      closing: ['Warst du das nicht, beachte diese Mail nicht weiter. Dein Passwort bleibt, wie es ist.'],
    }),
    change_email: (lasts) => ({
      subject: 'Bestätige deine neue E-Mail-Adresse',
      preview: 'Bestätige, dass diese Adresse dir gehört.',
      heading: 'Bestätige deine neue E-Mail-Adresse',
      paragraphs: [
        'Ein Konto bei Portcullis soll ab jetzt diese Adresse verwenden. Ist es deines, dann bestätige die Änderung.',
      ],
      action: { label: 'Diese Adresse verwenden', note: oneUse(lasts) },
      closing: [
        'Weißt du nicht, worum es geht, beachte diese Mail nicht weiter. Ohne die Bestätigung ändert sich nichts.',
      ],
    }),
    address_in_use: {
      subject: 'Jemand wollte deine E-Mail-Adresse verwenden',
      preview: 'Sie gehört zu deinem Konto, und nichts wurde geändert.',
      heading: 'Jemand wollte deine E-Mail-Adresse verwenden',
      paragraphs: [
        'Ein anderes Konto bei Portcullis sollte diese Adresse bekommen. Sie gehört zu deinem, deshalb wurde nichts geändert, und niemand hat davon erfahren.',
      ],
      closing: [
        'Warst du das mit einem zweiten Konto, gib die Adresse zuerst in diesem Konto frei. Warst du es nicht, brauchst du nichts zu tun.',
      ],
    },
    email_changed: (lasts) => ({
      subject: 'Deine E-Mail-Adresse wurde geändert',
      preview: 'Warst du das nicht, hol dir dein Konto mit dem Link in dieser Mail zurück.',
      heading: 'Deine E-Mail-Adresse wurde geändert',
      paragraphs: [
        'Dein Konto bei Portcullis hat jetzt eine andere E-Mail-Adresse. Diese hier gehört nicht mehr dazu.',
        'Warst du das, brauchst du nichts zu tun. Warst du es nicht, hat jemand anderes dein Konto. Hol es dir mit diesem Link zurück: Er stellt diese Adresse wieder her, meldet das Konto überall ab und lässt dich ein neues Passwort wählen.',
      ],
      action: { label: 'Änderung rückgängig machen', note: oneUse(lasts) },
      closing: ['Heb diese Mail auf, bis du sicher bist, dass die Änderung von dir war.'],
    }),
    email_restored: {
      subject: 'Deine E-Mail-Adresse gilt wieder',
      preview: 'Wähle ein neues Passwort, um dich wieder anzumelden.',
      heading: 'Deine E-Mail-Adresse gilt wieder',
      paragraphs: [
        'Eine Änderung der E-Mail-Adresse deines Kontos bei Portcullis wurde rückgängig gemacht, mit einem Link, den wir dir geschickt haben. Jedes Gerät wurde abgemeldet, und das Passwort gilt nicht mehr.',
        'Wähle ein neues Passwort, um dich wieder anzumelden.',
      ],
      action: { label: 'Neues Passwort wählen', note: `${BY_MAIL}.` },
      closing: [
        'Weißt du nicht, worum es geht, wähle trotzdem ein neues Passwort: Das kann nur, wer deine Mails lesen kann.',
      ],
    },
    password_reset: {
      subject: 'Dein Passwort wurde zurückgesetzt',
      preview: 'Jedes Gerät wurde abgemeldet. Warst du das nicht, wähle jetzt ein anderes.',
      heading: 'Dein Passwort wurde zurückgesetzt',
      paragraphs: [
        'Das Passwort deines Kontos bei Portcullis wurde mit einem Link zurückgesetzt, den wir dir geschickt haben. Jedes Gerät wurde abgemeldet.',
        NOT_YOU,
      ],
      ...ifNotYou,
    },
    password_changed: {
      subject: 'Dein Passwort wurde geändert',
      preview: 'Jedes andere Gerät wurde abgemeldet. Warst du das nicht, wähle jetzt ein anderes.',
      heading: 'Dein Passwort wurde geändert',
      paragraphs: [
        'Das Passwort deines Kontos bei Portcullis wurde von jemandem geändert, der das alte kannte. Jedes andere Gerät wurde abgemeldet.',
        NOT_YOU,
      ],
      ...ifNotYou,
    },
    sign_ins_refused: {
      subject: 'Jemand versucht, dein Passwort zu erraten',
      preview: 'Keiner der Versuche hatte Erfolg. Du kannst dich weiter anmelden.',
      heading: 'Jemand versucht, dein Passwort zu erraten',
      paragraphs: [
        'Für dein Konto bei Portcullis wurden so oft falsche Passwörter versucht, dass Geräte, auf denen du dich noch nie angemeldet hast, vorerst abgewiesen werden. Keiner dieser Versuche hatte Erfolg, und nichts wurde geändert.',
        'Auf Geräten, die du schon benutzt hast, kannst du dich wie immer anmelden. Überall sonst kannst du warten oder ein neues Passwort wählen: Damit kommst du sofort hinein.',
      ],
      action: { label: 'Neues Passwort wählen', note: `${BY_MAIL}.` },
      closing: [
        'Warst du das, brauchst du nichts zu tun. Wenn nicht, auch nicht, solange dein Passwort stark ist und du es nirgends sonst benutzt.',
      ],
    },
    session_reused: {
      subject: 'Eines deiner Geräte wurde abgemeldet',
      preview: 'Ein Schlüssel dieses Geräts wurde zweimal benutzt. Melde dich dort neu an.',
      heading: 'Eines deiner Geräte wurde abgemeldet',
      paragraphs: [
        'Ein Schlüssel, mit dem eines deiner Geräte bei Portcullis angemeldet bleibt, wurde ein zweites Mal benutzt; vielleicht hat ihn jemand kopiert. Er gilt jetzt für niemanden mehr: Dieses Gerät ist abgemeldet, alle anderen bleiben angemeldet.',
        'Melde dich dort neu an. Weißt du nicht, worum es geht, oder geschieht es noch einmal, wähle ein anderes Passwort: Damit werden alle abgemeldet.',
      ],
      action: { label: 'Anderes Passwort wählen', note: `${BY_MAIL}.` },
      closing: [
        'Der Schlüssel kann auch aus einer Kopie des Geräts stammen, zum Beispiel aus einer Sicherung.',
      ],
    },
    sessions_ended: {
      subject: 'Du wurdest überall abgemeldet',
      preview: 'Das war der Betreiber des Dienstes. Dein Passwort gilt weiter.',
      heading: 'Du wurdest überall abgemeldet',
      paragraphs: [
        'Der Betreiber des Dienstes hat jedes Gerät deines Kontos bei Portcullis abgemeldet. Dein Passwort gilt weiter: Melde dich dort neu an, wo du es möchtest.',
      ],
      action: { label: 'Anderes Passwort wählen', note: `${BY_MAIL}.` },
      closing: [
        'Weißt du nicht, worum es geht, frag den Betreiber, und wähle sicherheitshalber ein anderes Passwort.',
      ],
    },
    account_disabled: {
      subject: 'Dein Konto wurde gesperrt',
      preview: 'Jedes Gerät wurde abgemeldet, und niemand kann sich anmelden.',
      heading: 'Dein Konto wurde gesperrt',
      paragraphs: [
        'Der Betreiber des Dienstes hat dein Konto bei Portcullis gesperrt. Jedes Gerät wurde abgemeldet, und niemand kann sich anmelden, bis es wieder freigegeben ist.',
      ],
      closing: ['Weißt du nicht, worum es geht, frag den Betreiber.'],
    },
    account_enabled: {
      subject: 'Dein Konto ist wieder frei',
      preview: 'Melde dich mit dem Passwort an, das du hattest.',
      heading: 'Dein Konto ist wieder frei',
      paragraphs: [
        'Der Betreiber des Dienstes hat dein Konto bei Portcullis wieder freigegeben. Melde dich mit dem Passwort an, das du hattest; kein Gerät ist von selbst wieder angemeldet.',
      ],
      closing: ['Weißt du nicht, worum es geht, frag den Betreiber.'],
    },
    account_deleted: {
      subject: 'Dein Konto wurde gelöscht',
      preview: 'Jedes Gerät wurde abgemeldet; das Konto lässt sich nicht wiederherstellen.',
      heading: 'Dein Konto wurde gelöscht',
      paragraphs: [
        'Dein Konto bei Portcullis wurde von jemandem gelöscht, der das Passwort kannte. Jedes Gerät wurde abgemeldet, und das Konto lässt sich nicht wiederherstellen.',
      ],
      closing: [
        'Warst du das nicht, kennt jemand dein Passwort: Ändere es überall, wo du es sonst verwendest. Mit dieser Adresse kannst du dich neu registrieren.',
      ],
    },
  },
};
