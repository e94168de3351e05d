/** Bundles createCpuOps into a folder of this name in the cache; returns the path of the folder. */
export declare function bundleOps(name: string): Promise<string>;
