/* The functions of XGBoost's C interface that the booster calls, and no others.
 *
 * Numbers  every function answers 0 or -1; XGBGetLastError then has the words, a thread its own.
 * Strings  arrays travel as JSON array interfaces, options as JSON objects.
 * Threads  one handle, one thread at a time.
 * Source   XGBoost 3.2, "XGBoost C Package", and NumPy's array interface, version 3. */
#ifndef FORETELL_LEARN_XGBOOST_API_H
#define FORETELL_LEARN_XGBOOST_API_H

#include <stdint.h>

typedef void *DMatrixHandle;
typedef void *BoosterHandle;

void XGBoostVersion(int *major, int *minor, int *patch);
const char *XGBGetLastError(void);
int XGBSetGlobalConfig(const char *config);

int XGDMatrixCreateFromColumnar(const char *columns, const char *config, DMatrixHandle *out);
int XGDMatrixSetInfoFromInterface(DMatrixHandle matrix, const char *field, const char *array);
int XGDMatrixSetStrFeatureInfo(DMatrixHandle matrix, const char *field, const char **value,
                               uint64_t values);
int XGDMatrixFree(DMatrixHandle matrix);

/* Rows by blocks: `next` puts one into the proxy and answers 1, or 0 at the end; `reference` has the
 * bins, or NULL. Both are called several times over. */
int XGProxyDMatrixCreate(DMatrixHandle *out);
int XGProxyDMatrixSetDataColumnar(DMatrixHandle proxy, const char *columns);
int XGQuantileDMatrixCreateFromCallback(void *self, DMatrixHandle proxy, DMatrixHandle reference,
                                        void (*reset)(void *self), int (*next)(void *self),
                                        const char *config, DMatrixHandle *out);

int XGBoosterCreate(const DMatrixHandle *matrix, uint64_t matrices, BoosterHandle *out);
int XGBoosterFree(BoosterHandle booster);
int XGBoosterSetParam(BoosterHandle booster, const char *name, const char *value);
int XGBoosterUpdateOneIter(BoosterHandle booster, int round, DMatrixHandle train);
int XGBoosterTrainOneIter(BoosterHandle booster, DMatrixHandle train, int round,
                          const char *gradient, const char *hessian);
int XGBoosterPredictFromDMatrix(BoosterHandle booster, DMatrixHandle matrix, const char *config,
                                const uint64_t **shape, uint64_t *dimensions, const float **out);
int XGBoosterSaveModelToBuffer(BoosterHandle booster, const char *config, uint64_t *size,
                               const char **out);

#endif
