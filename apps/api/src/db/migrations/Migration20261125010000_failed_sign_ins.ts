import { Migration } from '@mikro-orm/migrations';

/** Failed sign-ins in a row are counted from now on; what nobody added to for long is removed by its time. */
export class Migration20261125010000_failed_sign_ins extends Migration {
  override up(): void {
    this.addSql('CREATE INDEX sign_in_failure_last_at ON portcullis.sign_in_failure (last_at)');
  }
}
