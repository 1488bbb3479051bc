// Letters without their case.

/** Return a text in which letters that differ in case alone are the same, as they are to the mock, which deletes what is found. */
export const fold = (text) => text.toLowerCase().toUpperCase().toLowerCase().replaceAll("ς", "σ");
