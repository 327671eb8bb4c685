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
 * What names of images mean. A name that a build gives means its image to jobs of its team alone, and never becomes a name of the engine:
 * otherwise a team could put its image under a name that others take for one of a registry. Names of the engine come from registries and
 * from people on the host. Every failure is an {@link ImageFailure}.
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

    /** The image to which a build of the team gave the name, unless names are for all and the engine has one. */
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

    /** An image of a Dockerfile: the engine, which looks for it, does not know the names of builds. */
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

    /** Gives an image that was built its name. */
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

    /** New requests with reserved names are refused at once; one that an earlier release accepted comes here. */
    static void requireName(String name) {
        requireName(name, Cause.IMAGE_UNAVAILABLE);
    }

    /** @param verdict of a Dockerfile's name the build's own: no login to a registry helps */
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

    /** Jobs without a team have names together. */
    private static String owned(@Nullable String team) {
        return team == null ? "" : team;
    }

    /**
     * Under this name the engine keeps the image and people see it: {@code trainyard/team-vision/resnet:2}. Nothing is looked up by it, so that
     * names of two teams may come to be one here.
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
