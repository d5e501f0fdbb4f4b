import { usePageTitle } from './page-title.ts';

/** The heading of a signed-in page; `title` names the document, `children` may greet instead. */
export const PageHeading = ({ title, shown, lead }: { title: string; shown?: string; lead?: string }) => {
  const heading = usePageTitle(title);
  return (
    <div>
      <h1 ref={heading} tabIndex={-1} className="text-title">
        {shown ?? title}
      </h1>
      {lead && <p className="mt-1.5 text-muted">{lead}</p>}
    </div>
  );
};
