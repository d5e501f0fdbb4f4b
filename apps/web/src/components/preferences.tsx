import { type ReactNode, useState } from 'react';
import { chooseLanguage, LANGUAGES, type Language, useLanguage, useWords } from '../language/language.ts';
import { preferencesWords } from '../messages/preferences.ts';
import { chooseTheme, THEMES, type Theme, useTheme } from '../theme/theme.ts';

type ChoiceProps = {
  id: string;
  label: string;
  value: string;
  onChoose: (value: string) => void;
  children: ReactNode;
};

/** The select of the platform: known to every hand, every screen reader and every phone. */
const Choice = ({ id, label, value, onChoose, children }: ChoiceProps) => (
  <div className="flex items-center gap-1">
    <label htmlFor={id} className="max-sm:sr-only">
      {label}
    </label>
    <select
      id={id}
      value={value}
      className="-mx-1.5 min-h-11 cursor-pointer rounded-control bg-transparent px-1.5 sm:mx-0 font-medium text-ink hover:bg-sunken"
      onChange={(event) => onChoose(event.target.value)}
    >
      {children}
    </select>
  </div>
);

/** How the page speaks and looks. At the foot of every page, in the same place. */
export const Preferences = () => {
  const words = useWords(preferencesWords);
  const language = useLanguage();
  const theme = useTheme();
  const [failed, setFailed] = useState(false);
  const speak = (wanted: string): void => {
    setFailed(false);
    chooseLanguage(wanted as Language).catch(() => setFailed(true));
  };
  return (
    <section aria-label={words.title} className="text-sm text-muted">
      <div className="flex flex-wrap gap-x-5">
        <Choice id="language" label={words.language} value={language} onChoose={speak}>
          {Object.entries(LANGUAGES).map(([code, name]) => (
            <option key={code} value={code} lang={code}>
              {name}
            </option>
          ))}
        </Choice>
        <Choice
          id="theme"
          label={words.appearance}
          value={theme}
          onChoose={(wanted) => chooseTheme(wanted as Theme)}
        >
          {THEMES.map((name) => (
            <option key={name} value={name}>
              {words.themes[name]}
            </option>
          ))}
        </Choice>
      </div>
      {failed && (
        <p role="alert" className="text-warning">
          {words.languageFailed}
        </p>
      )}
    </section>
  );
};
