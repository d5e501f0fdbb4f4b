import type { SignUpInput } from '@portcullis/contracts/account';
import { RegistrationEntity } from '../../db/entities/registration.ts';
import { emailKey } from '../../domain/email.ts';
import type { RequestContext } from '../context.ts';
import { byAddress, limited, mailingTo } from '../limits.ts';
import { requestMail } from '../mail/request.ts';
import { databaseTime } from '../record.ts';
import { hashOf } from '../session/steps.ts';
import { requireAcceptable } from './password.ts';

/**
 * Records a pending registration and asks the worker for its mail. It reads no account and touches none: whether the
 * address is known shows neither in the answer nor in the work done, and nobody can plant a password in an account.
 */
export const signUp = async (
  ctx: RequestContext,
  input: SignUpInput,
): Promise<{ status: 'check_your_email'; registrationSecret: string }> => {
  const { hasher, random } = ctx.deps;
  const registrationSecret = random.bytes(32).toString('base64url');
  // Before the limit: whoever looks for a password that is accepted has not signed up yet.
  await requireAcceptable(ctx, input.password, { email: input.email, name: input.name ?? null });
  await limited(ctx, byAddress('sign_up_ip', ctx.ip), async () => {
    const made = { passwordHash: await hasher.hash(input.password), cookieHash: hashOf(registrationSecret) };
    await mailingTo(ctx, emailKey(input.email), (mayMail) => register(ctx, input, made, mayMail));
  });
  return { status: 'check_your_email', registrationSecret };
};

const register = async (
  ctx: RequestContext,
  input: SignUpInput,
  made: { passwordHash: string; cookieHash: Buffer },
  mayMail: boolean,
): Promise<void> => {
  const { random, db, config } = ctx.deps;
  await db.write(ctx.deadlineMs, async (tx) => {
    const now = await databaseTime(tx);
    const id = random.uuid();
    tx.create(
      RegistrationEntity,
      {
        id,
        email: input.email,
        emailKey: emailKey(input.email),
        name: input.name ?? null,
        ...made,
        secretHash: null,
        attempts: 0,
        createdAt: now,
        expiresAt: new Date(now.getTime() + config.registrationSeconds * 1000),
      },
      { persist: true },
    );
    await requestMail(tx, ctx, {
      kind: 'sign_up',
      noticeId: random.uuid(),
      registrationId: mayMail ? id : null,
    });
  });
};
