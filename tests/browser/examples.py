"""An example of every kind of row in the sample data, for routes that name one."""

MINE = "JOIN staff s ON s.email = 'coordinator@example.org'"
EXAMPLES = {
    "employers": f"SELECT e.public_id FROM employer e JOIN employer_relationship r ON r.employer_id = e.id {MINE}"
    " WHERE r.owner_id = s.id AND e.archived_at IS NULL ORDER BY e.id LIMIT 1",
    "relationships": f"SELECT r.public_id FROM employer_relationship r {MINE} WHERE r.owner_id = s.id LIMIT 1",
    "contacts": f"SELECT c.public_id FROM contact c {MINE} WHERE c.staff_id = s.id LIMIT 1",
    "people": "SELECT public_id FROM contact_person LIMIT 1",
    "person_id": "SELECT p.public_id FROM contact_person p JOIN position o ON o.person_id = p.id WHERE o.employer_id ="
    f" (SELECT e.id FROM employer e JOIN employer_relationship r ON r.employer_id = e.id {MINE}"
    " WHERE r.owner_id = s.id AND e.archived_at IS NULL ORDER BY e.id LIMIT 1) LIMIT 1",
    "workplace_id": "SELECT w.public_id FROM workplace w WHERE w.employer_id ="
    f" (SELECT e.id FROM employer e JOIN employer_relationship r ON r.employer_id = e.id {MINE}"
    " WHERE r.owner_id = s.id AND e.archived_at IS NULL ORDER BY e.id LIMIT 1) LIMIT 1",
    "participants": f"SELECT p.public_id FROM participant p JOIN enrolment n ON n.participant_id = p.id {MINE}"
    " WHERE n.coordinator_id = s.id AND n.exited_on IS NULL AND p.protected = 0 LIMIT 1",
    "enrolments": f"SELECT n.public_id FROM enrolment n {MINE}"
    " WHERE n.coordinator_id = s.id AND n.exited_on IS NULL LIMIT 1",
    "exits": f"SELECT x.public_id FROM enrolment_exit x JOIN enrolment n ON n.id = x.enrolment_id {MINE}"
    " WHERE n.coordinator_id = s.id AND x.reopened_at IS NULL ORDER BY x.exit_on DESC LIMIT 1",
    "placements": "SELECT p.public_id FROM placement p JOIN participant q ON q.id = p.participant_id"
    " WHERE q.protected = 0 AND p.status = 'active' ORDER BY p.id DESC LIMIT 1",
    "programmes": "SELECT public_id FROM programme ORDER BY id DESC LIMIT 1",
    "staff_public_id": "SELECT public_id FROM staff WHERE email = 'coordinator@example.org'",
    "unit_public_id": "SELECT public_id FROM unit ORDER BY id DESC LIMIT 1",
    "mailbox": "SELECT public_id FROM mailbox_item WHERE participant_id IN (SELECT n.participant_id FROM enrolment n"
    f" {MINE} WHERE n.coordinator_id = s.id) ORDER BY id DESC LIMIT 1",
    "messages": "SELECT public_id FROM outbox_message WHERE participant_id IN (SELECT n.participant_id FROM enrolment n"
    f" {MINE} WHERE n.coordinator_id = s.id) ORDER BY id DESC LIMIT 1",
    "interview": "SELECT d.public_id FROM survey_due d JOIN participant q ON q.id = d.participant_id"
    " WHERE d.state = 'sent_waiting' AND d.wave = 'exit' AND q.protected = 0 ORDER BY d.id DESC LIMIT 1",
    "plans": "SELECT public_id FROM survey_plan LIMIT 1",
    "versions": "SELECT v.public_id FROM survey_version v JOIN survey_questionnaire q ON q.id = v.questionnaire_id"
    " WHERE q.key = 'exit' LIMIT 1",
    "translations": "SELECT public_id FROM survey_translation WHERE language = 'ar' LIMIT 1",
    "texts": "SELECT public_id FROM survey_message_text WHERE channel = 'sms' LIMIT 1",
    "imports": "SELECT public_id FROM import_run LIMIT 1",
    "kind": "SELECT 'csv'",
    "file_name": "SELECT 'agreement.pdf'",
    "partnerships": "SELECT public_id FROM partnership ORDER BY id LIMIT 1",
    "commitments": "SELECT public_id FROM commitment ORDER BY id LIMIT 1",
    "testimonials": "SELECT public_id FROM testimonial ORDER BY id LIMIT 1",
    "coverage": "SELECT public_id FROM coverage_target ORDER BY id LIMIT 1",
    "partners": "SELECT public_id FROM programme_partner ORDER BY id LIMIT 1",
    "goals": "SELECT public_id FROM programme_goal ORDER BY id LIMIT 1",
    "agreements": "SELECT a.public_id FROM agreement a JOIN staff s ON s.email = 'coordinator@example.org'"
    " WHERE a.owner_id = s.id AND a.status = 'sent' ORDER BY a.id LIMIT 1",
    "documents": "SELECT public_id FROM document_template WHERE key = 'agreement.intention'",
    "inquiries": f"SELECT i.public_id FROM inquiry i {MINE} WHERE i.handled_by_id = s.id ORDER BY i.id LIMIT 1",
    "check-ins": "SELECT public_id FROM placement_check_in ORDER BY id LIMIT 1",
    "measure": "SELECT 'contacts'",
    "handovers": "SELECT public_id FROM employer_handover ORDER BY id LIMIT 1",
    "attachments": "SELECT public_id FROM attachment ORDER BY id LIMIT 1",
    "interviews": "SELECT public_id FROM employer_interview ORDER BY id LIMIT 1",
    "plan-papers": "SELECT public_id FROM plan_paper ORDER BY id LIMIT 1",
    "talks": "SELECT public_id FROM appearance ORDER BY id LIMIT 1",
    "groups": "SELECT public_id FROM cooperation_group ORDER BY id LIMIT 1",
    "members": "SELECT public_id FROM cooperation_group_member ORDER BY id LIMIT 1",
    "meetings": "SELECT public_id FROM cooperation_group_meeting ORDER BY id LIMIT 1",
    "call-lists": "SELECT public_id FROM outreach_call_list ORDER BY id LIMIT 1",
    "campaigns": "SELECT public_id FROM outreach_call_list ORDER BY id LIMIT 1",
    "mentors": "SELECT public_id FROM outreach_mentor ORDER BY id LIMIT 1",
    "match-interviews": "SELECT public_id FROM outreach_match_interview ORDER BY id LIMIT 1",
    "match-profiles": "SELECT public_id FROM outreach_match_profile WHERE photo_id IS NOT NULL ORDER BY id LIMIT 1",
    "match-offers": "SELECT public_id FROM outreach_match_offer WHERE state = 'open' ORDER BY id LIMIT 1",
    "matches": "SELECT public_id FROM outreach_match ORDER BY id LIMIT 1",
    "mentor-commitments": "SELECT public_id FROM outreach_mentor_commitment ORDER BY id LIMIT 1",
    "visits": "SELECT public_id FROM outreach_visit WHERE state = 'planned' ORDER BY id LIMIT 1",
    "events": "SELECT public_id FROM outreach_event ORDER BY id LIMIT 1",
    "invitations": "SELECT public_id FROM outreach_event_invitation ORDER BY id LIMIT 1",
    "code": "SELECT public_id FROM outreach_event_invitation ORDER BY id LIMIT 1",
    "call-scripts": "SELECT public_id FROM outreach_call_script WHERE key = 'information_meeting'",
    "number": "SELECT '1'",
    "answer": "SELECT 'later'",
    "calls": f"SELECT c.public_id FROM outreach_call c {MINE} WHERE c.staff_id = s.id AND c.ended_at IS NULL"
    " ORDER BY c.id LIMIT 1",
    "key": "SELECT 'good_treatment'",
    "language": "SELECT 'ar'",
}
