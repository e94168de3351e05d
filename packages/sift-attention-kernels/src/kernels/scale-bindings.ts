/** Behind the other bindings of kernels that multiply key rows of whole numbers. */
export const keyScales = { key_scales: "read" } as const;

/** Behind the other bindings of kernels that read value rows of whole numbers. */
export const valueScales = { value_scales: "read" } as const;
