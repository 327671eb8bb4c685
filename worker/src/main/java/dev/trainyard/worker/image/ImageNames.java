package dev.trainyard.worker.image;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.ImageName;
import dev.trainyard.worker.engine.EngineImages;
import dev.trainyard.worker.engine.EngineRefused;
import dev.trainyard.worker.policy.Policy.BuiltNames;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Resolves image names. A name that a build gives is valid only for jobs of its team, and the engine does not get it. Otherwise a team could
 * give its image a name that others expect to be from a registry. Names on the engine come from registries and from people on the host. Every
 * failure is an {@link ImageFailure}.
 */
final class ImageNames {

    /** A part of a name, as the engine's grammar has it. */
    private static final Pattern PART = Pattern.compile("[a-z0-9]++(?:(?:[._]|__|-++)[a-z0-9]++)*+");

    private static final int LONGEST_TEAM = 40;

    private final EngineImages images;
    private final BuiltImages built;
    private final BuiltNames rule;

    ImageNames(EngineImages images, BuiltImages built, BuiltNames rule) {
        this.images = images;
        this.built = built;
        this.rule = rule;
    }

    /** The image to which a build of the team gave the name, unless names are for all teams and the engine has the name. */
    Optional<ProvidedImage> ofTeam(String name, @Nullable String team) {
        if (rule == BuiltNames.ANY && images.inspect(name).isPresent()) {
            return Optional.empty();
        }
        return built.named(ImageName.inFull(name), owned(team))
                .map(id -> Images.provided(images, id)
                        .orElseThrow(() -> new ImageFailure(
                                Cause.IMAGE_UNAVAILABLE,
                                "a build gave the name %s on this host, but its image was removed since: build it again"
                                        .formatted(Excerpt.quote(name)))));
    }

    /** For an image in a Dockerfile: the engine looks it up and does not have the names of builds. */
    void requireOfEngine(String name, @Nullable String team) {
        requireName(name, Cause.IMAGE_BUILD_FAILED);
        if (rule == BuiltNames.OWN
                && built.named(ImageName.inFull(name), owned(team)).isPresent()) {
            throw new ImageFailure(
                    Cause.IMAGE_BUILD_FAILED,
                    "the Dockerfile begins with or copies from %s, a name that a build gave. Only jobs know such names: push that image to a registry under another name, or have builtNames: any written in the policy"
                            .formatted(Excerpt.quote(name)));
        }
    }

    /** Gives a built image its name. */
    void give(String name, ProvidedImage image, @Nullable String team) {
        boolean shared = rule == BuiltNames.ANY;
        String inFull = ImageName.inFull(name);
        try {
            images.tag(image.id(), shared ? name : kept(inFull, team));
        } catch (EngineRefused e) {
            throw new ImageFailure(
                    Cause.IMAGE_BUILD_FAILED,
                    "the image was built, but cannot be named %s: %s".formatted(name, e.reason()));
        }
        if (!shared) {
            built.name(inFull, owned(team), image.id());
        }
    }

    /** For requests of an earlier release. New requests with reserved names are refused when they are submitted. */
    static void requireName(String name) {
        requireName(name, Cause.IMAGE_UNAVAILABLE);
    }

    /** @param verdict for a name in a Dockerfile, the cause of a failed build: a login to a registry would not help */
    private static void requireName(String name, Cause verdict) {
        if (ImageName.isReserved(name)) {
            throw new ImageFailure(
                    verdict,
                    "the image's name %s %s. %s"
                            .formatted(Excerpt.quote(name), ImageName.RESERVED, ImageName.RESERVED_REMEDY));
        }
        if (ImageName.isId(name)) {
            throw new ImageFailure(verdict, "%s is the id of an image. Give its name".formatted(Excerpt.quote(name)));
        }
    }

    /** Jobs without a team share their names. */
    private static String owned(@Nullable String team) {
        return team == null ? "" : team;
    }

    /**
     * The name of the image on the engine, for people: {@code trainyard/team-vision/resnet:2}. It is not used for look-ups, so names of two
     * teams may be equal here.
     */
    private static String kept(String inFull, @Nullable String team) {
        String folder = "named";
        if (team != null) {
            boolean legible =
                    team.length() <= LONGEST_TEAM && PART.matcher(team).matches();
            folder = "team-" + (legible ? team : UUID.nameUUIDFromBytes(team.getBytes(StandardCharsets.UTF_8)));
        }
        int slash = inFull.indexOf('/');
        String registry = inFull.substring(0, slash).toLowerCase(Locale.ROOT).replace(':', '-');
        String path = inFull.substring(slash + 1);
        return "trainyard/%s/%s".formatted(folder, registry.equals("docker.io") ? path : registry + "/" + path);
    }
}
