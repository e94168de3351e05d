/**
 * The path of a file or folder of the optional test data beside the repository, or undefined when it is not there.
 * `SIFT_SHARED_DATA` names another folder. A test that needs it skips, and says which path was missing.
 */
export declare function sharedData(...parts: readonly string[]): string | undefined;
