// Package kernels measures other libraries' hashes of a tree's node and leaf, beside which bench/run puts those of tree/internal/layer.
package kernels
