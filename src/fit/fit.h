/*
 * fit - the face of src/fit: what the rest of the library uses of it.
 *
 * Labels, linear machines, latent directions, and the steps from a margin to a decision: the other tags of the paper
 * (cardinality.h), a probability (calibrate.h) and a cut (cuts.h).
 */
#ifndef PT_FIT_H
#define PT_FIT_H

#include "calibrate.h"
#include "cardinality.h"
#include "cuts.h"
#include "labels.h"
#include "linear.h"
#include "lsa.h"

#endif
