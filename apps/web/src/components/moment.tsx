import { useEffect, useState } from 'react';
import { timeWords } from '../messages/time.ts';
import { absoluteTime, relativeTime } from './time-words.ts';
import { localeTag, useWords } from '../language/language.ts';

/** The time that is shown as "3 minutes ago" goes on by itself. */
const REFRESH_MS = 30_000;

export const useNow = (): number => {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
};

type MomentProps = { at: string; style?: 'relative' | 'absolute' };

export const Moment = ({ at, style = 'relative' }: MomentProps) => {
  const { justNow } = useWords(timeWords);
  const locale = localeTag();
  const now = useNow();
  const absolute = absoluteTime(at, locale);
  return (
    <time dateTime={at} title={absolute}>
      {style === 'relative' ? relativeTime(at, now, locale, justNow) : absolute}
    </time>
  );
};
