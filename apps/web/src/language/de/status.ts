import type { Catalogue } from '../catalogue.ts';

export const status: Pick<
  Catalogue,
  'pendingWords' | 'unavailableWords' | 'rateLimitedWords' | 'notFoundWords' | 'unexpectedWords'
> = {
  pendingWords: { opening: 'Dein Konto wird geöffnet …' },
  unavailableWords: {
    title: 'Wir erreichen den Dienst nicht',
    lead: 'Du bist nicht abgemeldet. Diese Seite kommt von selbst wieder, sobald der Dienst antwortet.',
    offlineTitle: 'Du bist offline',
    offline: 'Du bist nicht abgemeldet. Diese Seite kommt von selbst wieder, sobald du verbunden bist.',
    retry: 'Jetzt versuchen',
    retrying: 'Wird versucht …',
    banner: 'Wir erreichen den Dienst nicht. Du bist weiter angemeldet; was du siehst, kann veraltet sein.',
    offlineBanner: 'Du bist offline. Du bist weiter angemeldet; was du siehst, kann veraltet sein.',
  },
  rateLimitedWords: {
    title: 'Zu viele Anfragen',
    lead: 'Du bist weiter angemeldet. Diese Seite geht von selbst weiter, wenn die Wartezeit vorbei ist.',
  },
  notFoundWords: {
    title: 'Hier ist nichts',
    lead: 'Diese Seite gibt es nicht, oder sie ist umgezogen.',
    home: 'Zum Anfang',
  },
  unexpectedWords: {
    title: 'Etwas ist schiefgegangen',
    lead: 'Es liegt nicht an dir. Versuche es noch einmal; wenn es wieder geschieht, nenne dem Betreiber dieses Dienstes die Kennung der Anfrage.',
    noId: 'Es liegt nicht an dir. Versuche es gleich noch einmal.',
    retry: 'Noch einmal versuchen',
  },
};
