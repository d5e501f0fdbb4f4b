import { describe, expect, it } from 'vitest';
import { safeReturnTo } from './return-to.ts';

describe('where a sign-in may lead', () => {
  it.each(['/dashboard', '/dashboard/security', '/dashboard/data'])('a page of the account: %s', (path) => {
    expect(safeReturnTo(path)).toBe(path);
  });

  it.each([
    'https://evil.example',
    '//evil.example/dashboard',
    '/\\evil.example',
    '/dashboard/../sign-out',
    '/dashboard//evil.example',
    '/dashboard/%2e%2e/x',
    '/dashboard?next=//evil.example',
    '/dashboard#token=x',
    '/dashboard\n',
    'javascript:alert(1)',
    '/reset-password',
    '/dashboardx',
    '',
    null,
    42,
    ['/dashboard'],
  ])('nowhere else: %j becomes the dashboard', (wanted) => {
    expect(safeReturnTo(wanted)).toBe('/dashboard');
  });
});
