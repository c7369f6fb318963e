/* Who asks AWS, and where: by AWS's own conventions.
 *
 * Order   AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN; else the profile AWS_PROFILE
 *         ("default") of AWS_SHARED_CREDENTIALS_FILE (~/.aws/credentials) and AWS_CONFIG_FILE
 *         (~/.aws/config). The region: AWS_REGION, AWS_DEFAULT_REGION, the profile's. Endpoints:
 *         AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, the profile's endpoint_url.
 * Secrets the caller wipes what it holds with ft_credential_wipe.
 * Source  AWS SDKs and Tools Reference Guide */
#ifndef FORETELL_REMOTE_CREDENTIAL_H
#define FORETELL_REMOTE_CREDENTIAL_H

#include "foretell/error.h"

struct ft_credential {
  char key_id[160];
  char secret[256];
  char token[4096]; /* "": none */
  char region[64];
  char endpoint[512]; /* of the service; "": AWS's own */
};

enum ft_service { FT_SERVICE_S3 = 0, FT_SERVICE_SAGEMAKER };

/* Errors: FT_INVALID  none found (the hint says where it was looked for), a damaged file, a value
 *                     that cannot be one */
enum ft_status ft_credential_load(struct ft_credential *out, enum ft_service service,
                                  struct ft_error *err) FT_MUST_CHECK;
void ft_credential_wipe(struct ft_credential *credential);

#endif
