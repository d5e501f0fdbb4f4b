/** How mails look: the colours of the web pages, in forms that mail programs understand. */

const FONT = '-apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif';

// Programs that drop the style sheet keep the light colours; both schemes reach a contrast of 4.5:1.
export const STYLES = {
  body: { backgroundColor: '#f6f5f1', fontFamily: FONT, margin: 0, padding: '24px 8px' },
  brand: { color: '#0d5c55', fontSize: '16px', fontWeight: 700, lineHeight: '24px', margin: '0 0 12px' },
  frame: { margin: '0 auto', maxWidth: '600px' },
  card: { backgroundColor: '#ffffff', borderRadius: '10px', padding: '28px 24px' },
  heading: { color: '#1b1c1a', fontSize: '22px', lineHeight: '30px', margin: '0 0 16px' },
  text: { color: '#1b1c1a', fontSize: '16px', lineHeight: '24px', margin: '0 0 16px' },
  details: {
    backgroundColor: '#f6f5f1',
    borderRadius: '8px',
    color: '#1b1c1a',
    fontSize: '14px',
    lineHeight: '22px',
    margin: '0 0 20px',
    padding: '12px 16px',
  },
  label: { color: '#5b5a53' },
  note: { color: '#5b5a53', fontSize: '14px', lineHeight: '20px', margin: '16px 0 0' },
  button: {
    backgroundColor: '#0d5c55',
    borderRadius: '8px',
    color: '#ffffff',
    fontSize: '16px',
    fontWeight: 600,
    padding: '14px 22px',
    textDecoration: 'none',
  },
  // A long URL must break somewhere on a narrow screen.
  url: {
    color: '#0d5c55',
    fontSize: '14px',
    lineHeight: '20px',
    textDecoration: 'underline',
    wordBreak: 'break-all',
  },
  rule: { borderColor: '#dfdcd3', borderStyle: 'solid', borderWidth: '1px 0 0', margin: '24px 0 0' },
  footer: { color: '#5b5a53', fontSize: '13px', lineHeight: '20px', margin: '16px 0 0' },
  preview: {
    display: 'none',
    lineHeight: '1px',
    maxHeight: 0,
    maxWidth: 0,
    opacity: 0,
    overflow: 'hidden',
  },
} as const;

export const DARK = `@media (prefers-color-scheme: dark) {
.m-body,.m-body>table>tbody>tr>td{background-color:#141514!important}
.m-card{background-color:#1c1e1c!important}
.m-details{background-color:#262825!important}
.m-ink{color:#eeede8!important}
.m-muted{color:#a9a79e!important}
.m-accent{color:#7fcfc3!important}
.m-button{background-color:#7fcfc3!important;color:#06211e!important}
.m-rule{border-color:#32342f!important}
}`;

/** Keeps programs from filling the line beside the subject with the start of the body. */
export const PREVIEW_FILLER = '\u200c\u00a0'.repeat(80);
