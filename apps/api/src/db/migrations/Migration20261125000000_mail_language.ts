import { Migration } from '@mikro-orm/migrations';

/**
 * Mails in the reader's language. Both columns stand apart from the payload of the job, which a worker of an older
 * version would refuse with a field more: it reads neither and sends English, as it did.
 */
export class Migration20261125000000_mail_language extends Migration {
  override up(): void {
    for (const statement of STATEMENTS) this.addSql(statement);
  }
}

const STATEMENTS = [
  // The language of the web client when somebody last signed in; null: never said.
  'ALTER TABLE portcullis.account ADD COLUMN language text',
  // Language, browser, system and address of the request behind the mail; null once it is sent.
  'ALTER TABLE portcullis.notice ADD COLUMN cause jsonb',
];
