export const timeWords = { justNow: 'just now', today: (time: string) => `today at ${time}`, locale: 'en' };
