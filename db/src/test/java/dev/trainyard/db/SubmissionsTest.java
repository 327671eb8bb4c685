package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.training.ImageSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SubmissionsTest {

    private final Yard yard = new Yard();
    private final Database server = Database.connect(yard.url, Role.SERVER, 1);

    @AfterEach
    void close() {
        server.close();
        yard.close();
    }

    private static ARequest secret() {
        return ARequest.named("mnist")
                .environment(Map.of("DB_PASS", "t0p"))
                .command("train", "--db", "postgres://u:t0p@h/d")
                .image(new ImageSource.Build(
                        "sha256:" + "0a".repeat(32), "Dockerfile", Map.of("PIP_TOKEN", "t0p"), null, null));
    }

    private void submit(ARequest request, String account) {
        new Submissions(server)
                .record(
                        request.id(),
                        "sha256:" + HexFormat.of().formatHex(request.incoming().digest()),
                        account);
    }

    private void accept(ARequest request) {
        assertThat(yard.jobs.accept(List.of(request.incoming()))).containsExactly(new JobStore.Accepted());
    }

    private String seenBy(@Nullable String caller, ARequest request) {
        return new History(server).request(request.id(), caller).orElseThrow().json();
    }

    @Test
    void the_account_that_sent_a_request_and_root_see_its_values_and_nobody_else_does() {
        ARequest request = secret();
        submit(request, "ann");
        accept(request);

        for (String caller : List.of("ann", "root")) {
            assertThat(seenBy(caller, request))
                    .contains("\"DB_PASS\": \"t0p\"", "\"PIP_TOKEN\": \"t0p\"", "postgres://u:t0p@h/d")
                    .doesNotContain("masked");
        }
        assertThat(seenBy("bob", request)).doesNotContain("t0p").contains("\"masked\": true");
        assertThat(seenBy(null, request)).doesNotContain("t0p").contains("\"masked\": true");
        assertThat(yard.text("select request::text from history.jobs")).doesNotContain("t0p");
        assertThat(new History(server).request(request.id(), null).orElseThrow().account())
                .isEqualTo("ann");
    }

    @Test
    void the_values_of_a_job_that_no_account_sent_are_for_root_only() {
        ARequest request = secret();
        accept(request);

        assertThat(seenBy("root", request)).contains("t0p");
        assertThat(seenBy("ann", request)).doesNotContain("t0p");
        assertThat(seenBy("", request)).doesNotContain("t0p");
    }

    @Test
    void another_request_under_the_id_of_a_submission_belongs_to_nobody() {
        ARequest request = ARequest.named("mine");
        submit(request, "mallory");
        ARequest other = secret().id(request.id());
        accept(other);

        assertThat(seenBy("mallory", other)).doesNotContain("t0p");
    }

    @Test
    void the_first_account_that_sent_a_request_before_its_acceptance_counts() {
        ARequest request = secret();
        submit(request, "ann");
        submit(request, "bob");
        accept(request);
        ARequest unclaimed = secret();
        accept(unclaimed);
        submit(unclaimed, "bob");
        yard.jobs.accept(List.of(unclaimed.incoming()));

        assertThat(seenBy("ann", request)).contains("t0p");
        assertThat(seenBy("bob", request)).doesNotContain("t0p");
        assertThat(seenBy("bob", unclaimed)).doesNotContain("t0p");
    }

    /** The kernel gives this name to all accounts of other user namespaces. */
    @Test
    void nobody_owns_no_job() {
        for (String nobody : List.of("nobody", "65534")) {
            ARequest request = secret();
            submit(request, nobody);
            accept(request);

            assertThat(seenBy(nobody, request)).doesNotContain("t0p");
        }
    }

    @Test
    void a_submission_is_removed_after_an_hour_and_its_job_keeps_the_account() {
        ARequest request = secret();
        submit(request, "ann");
        accept(request);
        yard.update("update trainyard.submission set submitted_at = submitted_at - interval '61 minutes'");

        submit(secret(), "bob");

        assertThat(yard.texts("select account from trainyard.submission")).containsExactly("bob");
        assertThat(seenBy("ann", request)).contains("t0p");
    }
}
