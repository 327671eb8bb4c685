package dev.trainyard.submitter.rest;

import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.db.InPlaceGrants;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/** Grants callers of the server's socket the files and folders of this machine that their jobs mount in place. */
public final class InPlaceFolders {

    private final InPlaceGrants grants;
    private final @Nullable WorkerId worker;
    private volatile @Nullable Path socket;

    /** @param worker the worker of this machine; null: there is none, and nothing is granted */
    public InPlaceFolders(InPlaceGrants grants, @Nullable WorkerId worker) {
        this.grants = grants;
        this.worker = worker;
    }

    /** The server listens on this socket now. */
    public void opened(Path path) {
        socket = path;
    }

    /** Where requests that mount folders in place are sent; empty: nowhere. */
    Optional<Path> socket() {
        return Optional.ofNullable(socket);
    }

    /**
     * Grants a request the places that it mounts in place, before it is published.
     *
     * @param caller the account that the kernel named; null: the request did not come over the socket
     * @throws ApiException if it cannot have them
     */
    void grant(Request.Submit request, String digest, @Nullable String caller) {
        List<String> places = request.run().storage().inPlace();
        if (places.isEmpty()) {
            return;
        }
        if (worker == null || caller == null) {
            throw new ApiException(
                    HttpStatus.FORBIDDEN,
                    "the request mounts %s in place. %s"
                            .formatted(
                                    Excerpt.path(places.getFirst()),
                                    socket().map(
                                                    "Send it over the server's socket %s, as trainyard submit does"
                                                            ::formatted)
                                            .orElse(
                                                    "This server grants no folders of its machine: trainyard up does, if the container engine has a Unix socket")));
        }
        places.forEach(InPlaceFolders::requireHere);
        grants.give(request.jobId(), digest, new InPlaceGrants.Grant(worker, places), caller);
    }

    private static void requireHere(String place) {
        try {
            Path real = Path.of(place).toRealPath();
            if (!real.toString().equals(place)) {
                throw ApiException.badRequest("%s is the link to %s. Name that path"
                        .formatted(Excerpt.path(place), Excerpt.path(real.toString())));
            }
        } catch (IOException e) {
            throw ApiException.badRequest(
                    "%s cannot be mounted in place: this server's user does not find it. Check that it exists on the server's machine"
                            .formatted(Excerpt.path(place)));
        }
    }
}
