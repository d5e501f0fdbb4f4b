import { Fragment } from 'react';

/** An IP address that may break after its colons, not within its groups. */
export const Address = ({ ip }: { ip: string }) => (
  <span className="numeric">
    {ip.split(':').map((group, index) => (
      <Fragment key={`${index}-${group}`}>
        {index > 0 && (
          <>
            :<wbr />
          </>
        )}
        {group}
      </Fragment>
    ))}
  </span>
);
