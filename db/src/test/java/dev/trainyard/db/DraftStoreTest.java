package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.core.draft.ModelDraft;
import dev.trainyard.core.draft.ParameterDeclarations;
import dev.trainyard.core.request.DraftRef;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import dev.trainyard.db.JobStore.Acceptance;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DraftStoreTest {

    private static final String DECLARED =
            "zeta: {type: float, default: 0.1, min: 0}\nalpha: {type: choice, values: [b, a]}\n";

    private final Yard yard = new Yard();
    private final Database server = Database.connect(yard.url, Role.SERVER, 4);
    private final DraftStore drafts = new DraftStore(server);
    private final DraftStore workersDrafts = new DraftStore(yard.database);

    @AfterEach
    void close() {
        server.close();
        yard.close();
    }

    @Test
    void a_draft_is_kept_as_it_was_added_with_its_parameters_in_their_order() {
        ModelDraft draft = draft("python main.py", DECLARED, "sha256:" + "0a".repeat(32));

        assertThat(drafts.add("resnet18", draft, "ada")).isEqualTo(new DraftStore.Addition(ref("resnet18@1"), true));

        DraftStore.Stored stored = workersDrafts.find(ref("resnet18")).orElseThrow();
        assertThat(stored.draft()).isEqualTo(draft);
        assertThat(stored.ref()).isEqualTo(ref("resnet18@1"));
        assertThat(stored.createdBy()).isEqualTo("ada");
    }

    @Test
    void the_same_content_again_is_the_same_version_and_other_content_the_next() {
        ModelDraft first = draft("a", "", null);
        ModelDraft second = draft("a", "lr: float\n", null);
        ModelDraft third = draft("a", "lr: float\n", "sha256:" + "0a".repeat(32));

        assertThat(List.of(first, first, second, second, third, first))
                .extracting(each -> drafts.add("resnet18", each, null).ref().toString())
                .containsExactly("resnet18@1", "resnet18@1", "resnet18@2", "resnet18@2", "resnet18@3", "resnet18@4");
        assertThat(drafts.newest(null, 10).items())
                .extracting(draft -> draft.ref().toString())
                .containsExactly("resnet18@4");
    }

    @Test
    void a_list_names_the_parameters_in_their_order() {
        drafts.add("resnet18", draft("a", "momentum: float\nlr: float\nepochs: int\n", null), null);

        assertThat(drafts.newest(null, 10).items())
                .extracting(DraftStore.Summary::parameters)
                .containsExactly(List.of("momentum", "lr", "epochs"));
    }

    @Test
    void simultaneous_additions_get_different_versions() throws Exception {
        List<Future<DraftStore.Addition>> additions = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            ModelDraft draft = draft("main.py " + i, "", null);
            additions.add(yard.async(() -> drafts.add("resnet18", draft, null)));
        }

        List<Integer> versions = new ArrayList<>();
        for (Future<DraftStore.Addition> addition : additions) {
            versions.add(addition.get().ref().version());
        }

        assertThat(versions).containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    }

    @Test
    void a_removed_version_does_not_return_and_its_number_is_not_reused() {
        ModelDraft draft = draft("a", "", null);
        drafts.add("resnet18", draft, null);
        drafts.add("resnet18", draft("b", "", null), null);

        assertThat(drafts.remove(ref("resnet18@2"), "ada")).containsExactly(ref("resnet18@2"));

        assertThat(drafts.find(ref("resnet18@2"))).isEmpty();
        assertThat(drafts.find(ref("resnet18")).orElseThrow().version()).isEqualTo(1);
        assertThat(drafts.remove(ref("resnet18@2"), "ada")).isEmpty();
        assertThat(drafts.remove(ref("resnet18"), "ada")).containsExactly(ref("resnet18@1"));
        assertThat(drafts.newest(null, 10).items()).isEmpty();
        assertThat(drafts.add("resnet18", draft, null).ref()).isEqualTo(ref("resnet18@3"));
    }

    @Test
    void a_missing_draft_is_reported_with_existing_alternatives() {
        drafts.add("resnet18", draft("a", "", null), null);
        drafts.add("resnet18", draft("b", "", null), null);

        assertThat(drafts.whyMissing(ref("resnet18@7")))
                .isEqualTo("there is no draft resnet18@7. Versions of resnet18: 1, 2");
        assertThat(drafts.whyMissing(ref("resnet19"))).isEqualTo("there is no draft resnet19. Did you mean resnet18?");
        assertThat(drafts.whyMissing(ref("bert")))
                .isEqualTo("there is no draft bert. To see all drafts: trainyard drafts list");
    }

    @Test
    void a_job_of_a_draft_runs_the_filled_in_draft_and_keeps_the_message_as_published() {
        drafts.add("resnet18", draft("python main.py", DECLARED, null), "ada");
        JobId job = newId();

        Acceptance accepted = accept(job, "{\"zeta\": 0.5}");

        assertThat(accepted).isEqualTo(new JobStore.Accepted());
        assertThat(yard.text("select request #>> '{run,command}' from history.jobs"))
                .isEqualTo("[\"python\", \"main.py\", \"--zeta\", \"0.5\"]");
        assertThat(yard.row(job)).containsEntry("name", "resnet18");
        assertThat(
                        yard.text(
                                "select draft || '@' || version || ' ' || params || ' ' || (published ->> 'draft') from history.trainings"))
                .isEqualTo("resnet18@1 {\"zeta\": 0.5} resnet18");
        assertThat(yard.text("select digest from history.jobs"))
                .isEqualTo(HexFormat.of().formatHex(digest(message(job, "{\"zeta\": 0.5}"))));
        assertThat(yard.text("select trainings::text from history.drafts")).isEqualTo("1");
    }

    @Test
    void a_message_that_comes_again_after_its_draft_is_gone_is_a_duplicate_and_another_is_refused() {
        drafts.add("resnet18", draft("python main.py", "", null), null);
        JobId job = newId();
        accept(job, "{}");
        drafts.remove(ref("resnet18"), null);

        assertThat(accept(job, "{}")).isEqualTo(new JobStore.Duplicate());
        assertThat(accept(job, "{\"lr\": 1}")).isInstanceOf(JobStore.Conflict.class);
        assertThat(accept(newId(), "{}"))
                .isEqualTo(
                        new JobStore.Refused("there is no draft resnet18. To see all drafts: trainyard drafts list"));
        assertThat(yard.text("select count(*)::text from history.jobs")).isEqualTo("1");
    }

    @Test
    void a_refused_message_does_not_keep_a_later_one_of_its_id_from_being_accepted() {
        JobId job = newId();
        byte[] json = message(job, "{}");
        JobStore.Incoming refused =
                new JobStore.Incoming(job, new JobStore.Unresolvable("no such draft"), text(json), digest(json));
        drafts.add("resnet18", draft("python main.py", "", null), null);

        assertThat(yard.jobs.accept(List.of(refused, drafted(job, "{}"))))
                .containsExactly(new JobStore.Refused("no such draft"), new JobStore.Accepted());
    }

    @Test
    void parameters_are_shown_in_the_views_as_the_command_is_but_for_logins_in_addresses() {
        drafts.add("resnet18", draft("python main.py", "", null), null);

        accept(newId(), "{\"--db\": \"postgres://u:t0p@h/d\", \"max_tokens\": 8192}");

        assertThat(yard.text("select params::text || published::text from history.trainings"))
                .doesNotContain("t0p")
                .contains("\"--db\": \"postgres://***@h/d\"", "\"max_tokens\": 8192", "\"masked\": true");
    }

    @Test
    void versions_cannot_be_changed_and_workers_cannot_add_any() {
        drafts.add("resnet18", draft("a", "", null), null);

        assertThatThrownBy(() -> workersDrafts.add("resnet18", draft("b", "", null), null))
                .rootCause()
                .hasMessageContaining("permission denied");
        for (String statement :
                List.of("update trainyard.model_draft set compose = ''", "delete from trainyard.model_draft")) {
            assertThatThrownBy(() -> server.sql().sql(statement).update())
                    .as(statement)
                    .rootCause()
                    .hasMessageContaining("permission denied");
        }
    }

    /** As the intake does it. */
    private Acceptance accept(JobId job, String params) {
        return yard.jobs.accept(List.of(drafted(job, params))).getFirst();
    }

    private JobStore.Incoming drafted(JobId job, String params) {
        byte[] json = message(job, params);
        Request.Train train = (Request.Train) RequestCodec.decode(json);
        JobStore.Content content = workersDrafts
                .find(train.draft())
                .<JobStore.Content>map(
                        stored -> new JobStore.Drafted(stored.draft().resolve(train), stored.ref()))
                .orElseGet(() -> new JobStore.Unresolvable(workersDrafts.whyMissing(train.draft())));
        return new JobStore.Incoming(job, content, text(json), digest(json));
    }

    private static byte[] message(JobId job, String params) {
        return """
                {"schema": "trainyard.request/v1", "kind": "submit", "jobId": "%s", "draft": "resnet18", "params": %s}""".formatted(job, params).getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }

    private static byte[] digest(byte[] json) {
        return HexFormat.of().parseHex(RequestCodec.message(json).digest().substring("sha256:".length()));
    }

    private static JobId newId() {
        return new JobId(UUID.randomUUID());
    }

    private static DraftRef ref(String text) {
        return DraftRef.parse(text);
    }

    private static ModelDraft draft(String command, String declarations, @Nullable String source) {
        return new ModelDraft(
                "services: {train: {image: busybox, command: %s}}".formatted(command),
                ParameterDeclarations.read(declarations, "params.yml"),
                source);
    }
}
