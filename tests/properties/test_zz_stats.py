import collections
from tests.properties import test_surveys_in_any_order as t, receiver as r, machine as m, stage as s
from tests.properties.test_surveys_in_any_order import stage
from hypothesis import settings, HealthCheck
from hypothesis.stateful import run_state_machine_as_test
C=collections.Counter()
o=r.Receiver.take
def take(self, letter):
    x=o(self, letter); C[x.outcome]+=1; return x
r.Receiver.take=take
k=r.CrashPoints.reach
def reach(self,name):
    try: k(self,name)
    except r.Killed: C['killed '+name]+=1; raise
r.CrashPoints.reach=reach
td=m.SurveyMachine.teardown
def teardown(self):
    from sqlalchemy import select
    from crm.db import current_session
    from surveys.models import DueRow
    with self.stage.acting():
        for st,re in current_session().execute(select(DueRow.state,DueRow.reason)): C[f'before end {st} {re}']+=1
        from crm.messaging.hold import current_hold
        C['held']+= current_hold() is not None
    td(self)
    with self.stage.acting():
        for st,re in current_session().execute(select(DueRow.state,DueRow.reason)): C[f'end {st} {re}']+=1
    C['examples']+=1
m.SurveyMachine.teardown=teardown
import os
N=int(os.environ.get('N','25')); S=int(os.environ.get('S','30'))
P=settings(max_examples=N, stateful_step_count=S, derandomize=os.environ.get('RND') is None, deadline=None, database=None, suppress_health_check=list(HealthCheck))
import pytest
@pytest.mark.timeout(3000)
def test_x(stage):
    m.SurveyMachine.stage=stage
    try: run_state_machine_as_test(m.SurveyMachine, settings=P)
    finally:
        for k,v in sorted(C.items()): print(k,v)
