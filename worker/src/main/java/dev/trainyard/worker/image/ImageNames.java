package dev.trainyard.worker.image;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.request.Excerpt;
import dev.trainyard.core.request.ImageName;
import dev.trainyard.worker.container.EngineImages;
import dev.trainyard.worker.container.EngineRefused;
import dev.trainyard.worker.policy.Policy;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which names of images a job may give and use. A name that a build gave is its team's: without that, one team's build could replace what
 * the jobs of another name. Every failure is an {@link ImageFailure}.
 */
final class ImageNames {

    private final EngineImages images;
    private final BuiltImages built;
    private final Policy policy;

    ImageNames(EngineImages images, BuiltImages built, Policy policy) {
        this.images = images;
        this.built = built;
        this.policy = policy;
    }

    /** A name under which a job asks for an image. */
    void requireUsable(String name, @Nullable String team) {
        refuseReserved(name);
        built.ownerOf(ImageName.inFull(name))
                .filter(owner -> !owner.equals(owned(team)))
                .ifPresent(owner -> deny("the image %s may not be used: on this host %s made it"
                        .formatted(Excerpt.quote(name), buildOf(owner))));
    }

    /** A name that a build is to give: what is known before it is built. */
    void requireFree(String name, @Nullable String team) {
        refuseReserved(name);
        built.ownerOf(ImageName.inFull(name)).ifPresent(owner -> requireOwn(name, owner, team));
    }

    /** Gives an image that was built its name. */
    void give(String name, ProvidedImage image, @Nullable String team) {
        String inFull = ImageName.inFull(name);
        try {
            if (built.ownerOf(inFull).isEmpty()) {
                Optional<ProvidedImage> present = Images.provided(images, inFull);
                if (present.isPresent() && !present.get().equals(image)) {
                    deny(
                            "the image cannot be named %s: this host has another image of that name, which was pulled or built by hand"
                                    .formatted(Excerpt.quote(name)));
                }
            }
            requireOwn(name, built.take(inFull, owned(team)), team);
            images.tag(image.id(), name);
        } catch (EngineRefused e) {
            throw new ImageFailure(
                    Cause.IMAGE_BUILD_FAILED,
                    "the image was built, but cannot be named %s: %s".formatted(name, e.reason()));
        }
    }

    private void requireOwn(String name, String owner, @Nullable String team) {
        if (!owner.equals(owned(team))) {
            deny("the image cannot be named %s: on this host it is the name of an image that %s made"
                    .formatted(Excerpt.quote(name), buildOf(owner)));
        }
    }

    private void deny(String what) {
        policy.refusalOfName(what).ifPresent(refusal -> {
            throw new ImageFailure(Cause.POLICY_DENIED, refusal);
        });
    }

    /** Jobs without a team own names together. */
    private static String owned(@Nullable String team) {
        return team == null ? "" : team;
    }

    private static String buildOf(String owner) {
        return owner.isEmpty() ? "the build of a job without a team" : "a build of the team " + Excerpt.quote(owner);
    }

    /** New requests with such names are refused at once; one that an earlier release accepted comes here. */
    static void refuseReserved(String name) {
        if (ImageName.isReserved(name)) {
            throw new ImageFailure(
                    Cause.IMAGE_UNAVAILABLE,
                    "the image's name %s %s. %s"
                            .formatted(Excerpt.quote(name), ImageName.RESERVED, ImageName.RESERVED_REMEDY));
        }
    }
}
