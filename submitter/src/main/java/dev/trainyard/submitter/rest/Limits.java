package dev.trainyard.submitter.rest;

/** Checks how many entries a list may show. */
final class Limits {

    private Limits() {}

    /** @throws ApiException 400 if the number is out of range */
    static int between(int least, int limit, int most) {
        if (limit < least || limit > most) {
            throw ApiException.badRequest("limit: %d is not between %d and %d".formatted(limit, least, most));
        }
        return limit;
    }
}
